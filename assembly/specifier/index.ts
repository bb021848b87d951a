// The connector's specification.
import { RETURN_AREA } from '../abi/errors';
import { ParamView, SpecificationView, ValidationView } from '../abi/layout';
import { ListSlot } from '../abi/slots';
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
  const spec = changetype<SpecificationView>(RETURN_AREA);
  spec.name.lower(NAME);
  spec.summary.lower(SUMMARY);
  spec.description.lower(DESCRIPTION);
  spec.version.lower(VERSION);
  spec.author.lower(AUTHOR);
  lowerParameters(sourceParameters(), spec.sourceParams);
  lowerParameters(destinationParameters(), spec.destinationParams);
  return RETURN_AREA;
}

function lowerParameters(all: Parameter[], out: ListSlot<ParamView>): void {
  const shown: Parameter[] = [];
  for (let i = 0; i < all.length; i++) if (!all[i].ignored) shown.push(all[i]);
  out.allocate(shown.length);
  for (let i = 0; i < shown.length; i++) {
    const p = shown[i],
      view = out.at(i);
    view.name.lower(p.name);
    view.description.lower(p.description);
    view.defaultValue.lower(p.defaultValue);
    view.kind = p.kind;
    view.secret = p.secret;
    view.validations.allocate(p.validations.length);
    for (let j = 0; j < p.validations.length; j++) {
      const validation: ValidationView = view.validations.at(j);
      validation.kind = p.validations[j].kind;
      validation.operand.lower(p.validations[j].operand);
    }
  }
}
