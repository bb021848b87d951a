// The connector's specification.
import { Param, Specification, SpecificationView } from '../abi/connector';
import { RETURN_AREA } from '../abi/exports';
import { destinationParameters } from './destination';
import { Parameter } from './parameter';
import { sourceParameters } from './source';

const NAME = 'kafka-wasm';
/** Equal to the version in package.json; a test compares them. */
const VERSION = 'v0.1.0';
const AUTHOR = 'conduit-connector-kafka-wasm contributors';
const SUMMARY = 'A Kafka source and destination connector whose logic runs in a WebAssembly sandbox.';
const DESCRIPTION =
  'The source reads Kafka topics as a member of a consumer group; the destination writes records to Kafka topics. Both deliver at least once ' +
  'and keep the order of each partition. Settings and positions are those of the official Kafka connector, so that a pipeline can move over and back.';


@cabi("conduit:connector/specifier@0.1.0#specify")
export function specify(): usize {
  const specification = new Specification(
    NAME,
    SUMMARY,
    DESCRIPTION,
    VERSION,
    AUTHOR,
    described(sourceParameters()),
    described(destinationParameters()),
  );
  specification.lower(changetype<SpecificationView>(RETURN_AREA));
  return RETURN_AREA;
}

function described(all: Parameter[]): Param[] {
  const shown: Param[] = [];
  for (let i = 0; i < all.length; i++) if (!all[i].ignored) shown.push(all[i]);
  return shown;
}
