// sprig's questions about types.
import { deepEqual } from '../values/equal';
import { kindName, lift, setBool, setLiteral, typeName } from '../values/value';
import { argumentAt, resultAt } from './call';
import { register } from './table';

export function registerTypes(): void {
  register('typeOf', 'a', typeOf);
  register('typeIs', 'sa', typeIs);
  register('typeIsLike', 'sa', typeIsLike);
  register('kindOf', 'a', kindOf);
  register('kindIs', 'sa', kindIs);
  register('deepEqual', 'aa', equal);
}

function typeOf(argv: usize, count: u32, out: usize): void {
  setLiteral(resultAt(out), typeName(argumentAt(argv, 0)));
}

function typeIs(argv: usize, count: u32, out: usize): void {
  setBool(resultAt(out), lift(argumentAt(argv, 0)) == typeName(argumentAt(argv, 1)));
}

function typeIsLike(argv: usize, count: u32, out: usize): void {
  const target = lift(argumentAt(argv, 0));
  const name = typeName(argumentAt(argv, 1));
  setBool(resultAt(out), target == name || '*' + target == name);
}

function kindOf(argv: usize, count: u32, out: usize): void {
  setLiteral(resultAt(out), kindName(argumentAt(argv, 0)));
}

function kindIs(argv: usize, count: u32, out: usize): void {
  setBool(resultAt(out), lift(argumentAt(argv, 0)) == kindName(argumentAt(argv, 1)));
}

function equal(argv: usize, count: u32, out: usize): void {
  setBool(resultAt(out), deepEqual(argumentAt(argv, 0), argumentAt(argv, 1)));
}
