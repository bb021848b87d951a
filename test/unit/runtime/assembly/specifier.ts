import { RETURN_AREA } from '../../../../assembly/abi/errors';
import { ParamType, ParamView, SpecificationView } from '../../../../assembly/abi/layout';
import { ListSlot } from '../../../../assembly/abi/slots';


@cabi("conduit:connector/specifier@0.1.0#specify")
export function specify(): usize {
  const spec = changetype<SpecificationView>(RETURN_AREA);
  spec.name.lower('misbehaving');
  spec.summary.lower('');
  spec.description.lower('');
  spec.version.lower('v0.0.0');
  spec.author.lower('');
  lowerParams(spec.sourceParams);
  lowerParams(spec.destinationParams);
  return RETURN_AREA;
}

function lowerParams(out: ListSlot<ParamView>): void {
  const names = ['behaviour', 'password'];
  out.allocate(names.length);
  for (let i = 0; i < names.length; i++) {
    const view = out.at(i);
    view.name.lower(names[i]);
    view.description.lower('');
    view.defaultValue.lower('');
    view.kind = ParamType.text;
    view.secret = names[i] == 'password';
  }
}
