import { RETURN_AREA } from "../abi/errors";
import { SpecificationView } from "../abi/layout";

@cabi("conduit:connector/specifier@0.1.0#specify")
export function specify(): usize {
  const spec = changetype<SpecificationView>(RETURN_AREA);
  spec.name.lower("kafka-wasm");
  spec.summary.lower("");
  spec.description.lower("");
  spec.version.lower("v0.1.0");
  spec.author.lower("");
  spec.sourceParams.allocate(0);
  spec.destinationParams.allocate(0);
  return RETURN_AREA;
}
