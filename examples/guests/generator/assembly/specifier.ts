import { Param, ParamType, Specification, SpecificationView } from '../../../../assembly/abi/connector';
import { RETURN_AREA } from '../../../../assembly/abi/exports';


@cabi("conduit:connector/specifier@0.1.0#specify")
export function specify(): usize {
  const source = [
    new Param('records', 'How many records there are; 0 = without end.', '0', ParamType.int),
    new Param('trapAfter', 'The source traps after so many records, once; 0 = never.', '0', ParamType.int),
    new Param('token', 'A secret.', '', ParamType.text, [], true),
  ];
  const destination = [new Param('refuse', 'The position of a record that is not written.')];
  const specification = new Specification('generator', 'Makes records up, and collects them', '', 'v1.0.0', 'tests', source, destination);
  specification.lower(changetype<SpecificationView>(RETURN_AREA));
  return RETURN_AREA;
}
