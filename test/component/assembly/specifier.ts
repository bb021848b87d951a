import { RETURN_AREA } from '../../../assembly/abi/errors';
import { ParamType, SpecificationView, ValidationKind } from '../../../assembly/abi/layout';

// One setting of each type with as many validations as its number, so that neighbours differ in everything.
@cabi("conduit:connector/specifier@0.1.0#specify")
export function specify(): usize {
  const spec = changetype<SpecificationView>(RETURN_AREA);
  spec.name.lower('name ✓');
  spec.summary.lower('summary');
  spec.description.lower('description 😀');
  spec.version.lower('version');
  spec.author.lower('');
  spec.sourceParams.allocate(ParamType.duration + 1);
  for (let i: u8 = 0; i <= ParamType.duration; i++) {
    const p = spec.sourceParams.at(i);
    p.name.lower('name ' + ParamType.nameOf(i));
    p.description.lower('description ' + i.toString());
    p.defaultValue.lower('default ' + i.toString());
    p.kind = i;
    p.secret = (i & 1) == 1;
    p.validations.allocate(i);
    for (let j: u8 = 0; j < i; j++) {
      const v = p.validations.at(j);
      v.kind = ValidationKind.regex - j;
      v.operand.lower('operand ' + ValidationKind.nameOf(v.kind));
    }
  }
  spec.destinationParams.allocate(1);
  spec.destinationParams.at(0).name.lower("destination's");
  return RETURN_AREA;
}
