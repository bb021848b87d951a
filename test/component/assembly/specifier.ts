import { Param, ParamType, Specification, SpecificationView, Validation, ValidationKind } from '../../../assembly/abi/connector';
import { RETURN_AREA } from '../../../assembly/abi/exports';

// One setting of each type with as many validations as its number, so that neighbours differ in everything.
@cabi("conduit:connector/specifier@0.1.0#specify")
export function specify(): usize {
  const params: Param[] = [];
  for (let i: u8 = 0; i <= ParamType.duration; i++) {
    const validations: Validation[] = [];
    for (let j: u8 = 0; j < i; j++) {
      const kind: u8 = ValidationKind.regex - j;
      validations.push(new Validation(kind, 'operand ' + ValidationKind.nameOf(kind)));
    }
    params.push(
      new Param(
        'name ' + ParamType.nameOf(i),
        'description ' + i.toString(),
        'default ' + i.toString(),
        i,
        validations,
        (i & 1) == 1,
        (i & 1) == 0,
      ),
    );
  }
  new Specification('name ✓', 'summary', 'description 😀', 'version', '', params, [new Param("destination's")]).lower(
    changetype<SpecificationView>(RETURN_AREA),
  );
  return RETURN_AREA;
}
