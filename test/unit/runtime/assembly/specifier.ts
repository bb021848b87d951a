import { Param, ParamType, Specification, SpecificationView } from '../../../../assembly/abi/connector';
import { RETURN_AREA } from '../../../../assembly/abi/exports';


@cabi("conduit:connector/specifier@0.1.0#specify")
export function specify(): usize {
  const all = [new Param('behaviour'), new Param('password', '', '', ParamType.text, [], true)];
  new Specification('misbehaving', '', '', 'v0.0.0', '', all, all).lower(changetype<SpecificationView>(RETURN_AREA));
  return RETURN_AREA;
}
