// Evaluates a template, as text/template/exec.go does, with its error texts. Intermediate values lie on a stack of their own.
import { callMethod, field, isSetter, methodParameter, quickField } from './fields';
import { functionAt } from './functions/table';
import { Flag, Kind, Node, child, constantOf, sourceOf } from './node';
import { Template } from './template';
import { tableOf } from './values/data';
import { enter, fail, failed, leave, problem, restate, step } from './values/limits';
import { elementOf } from './values/lists';
import { ANY, BOOL, FLOAT, INT, INT64, REFLECT, TEXT, canBeNil, isAssignable, parameterName } from './values/parameters';
import { printPlain, textOf } from './values/print';
import { pairAt } from './values/tables';
import { put } from './values/text';
import { isTrue } from './values/truth';
import {
  Type,
  VALUE,
  Value,
  Wrap,
  copyValue,
  isBytes,
  isInteger,
  isList,
  isMap,
  isUnsigned,
  lift,
  set,
  setInt,
  setNone,
  setText,
  staticName,
  typeName,
  quoted,
} from './values/value';

const SLOTS: usize = 8192;
const stack = heap.alloc(SLOTS * VALUE);
const stackEnd = stack + (SLOTS - 16) * VALUE;
let top: usize = stack;

const MAX_VARS: u32 = 1000;


@unmanaged
class Variable {
  name: u32;
  spare: u32;
  value: u64; // the Value begins here
  rest: u64;
}
const VARIABLE: usize = 24;
const vars = heap.alloc(<usize>MAX_VARS * VARIABLE);
let varBase: u32 = 0;
let varTop: u32 = 0;

let template: Template = new Template('', false);
let templateName: string = '';
let current = changetype<Node>(0);
/** True: a missing key of a map is an error. */
let missingKeyIsError: bool = false;

const NORMAL: i32 = 0;
const BREAK: i32 = 1;
const CONTINUE: i32 = 2;

const MISSING = changetype<Value>(heap.alloc(VALUE));
set(MISSING, Type.missing, 0, 0);

/** Evaluates the template into the open text. Returns the error, empty if there is none. */
export function evaluate(t: Template, dot: Value): string {
  template = t;
  templateName = t.name;
  missingKeyIsError = t.missingKeyIsError;
  current = changetype<Node>(0);
  top = stack;
  varBase = 0;
  varTop = 0;
  pushVariable(0, dot);
  const root = t.root(t.name);
  if (root === null) return 'template: ' + t.name + ': ' + quoted(t.name) + ' is an incomplete or empty template';
  walk(dot, root);
  if (!failed) return '';
  locate();
  return problem;
}


@inline
function slot(): Value {
  const v = changetype<Value>(top);
  if (top < stackEnd) top += VALUE;
  else fail('the template has too many values at once');
  return v;
}

/** Says where the error is. */
function locate(): void {
  const node = current;
  if (changetype<usize>(node) == 0) return restate('template: ' + template.name + ': ' + problem);
  let line = 1;
  let lineAt = template.begin;
  for (let p = template.begin; p < <usize>node.at; p++) {
    if (load<u8>(p) != 0x0a) continue;
    line++;
    lineAt = p + 1;
  }
  const column = <usize>node.at - lineAt;
  const place = template.name + ':' + line.toString() + ':' + column.toString();
  restate('template: ' + place + ': executing ' + quoted(templateName) + ' at <' + sourceOf(node) + '>: ' + problem);
}


@inline
function variableAt(i: u32): Variable {
  return changetype<Variable>(vars + <usize>i * VARIABLE);
}


@inline
function variableValue(i: u32): Value {
  return changetype<Value>(vars + <usize>i * VARIABLE + 8);
}

function pushVariable(name: u32, value: Value): void {
  if (varTop == MAX_VARS) return fail('the template has more than ' + MAX_VARS.toString() + ' variables at once');
  variableAt(varTop).name = name;
  copyValue(variableValue(varTop++), value);
}

function findVariable(node: Node): i32 {
  for (let i = varTop; i > varBase; i--) if (variableAt(i - 1).name == node.index) return i - 1;
  fail('undefined variable: ' + String.UTF8.decodeUnsafe(node.textAt, node.textSize));
  return -1;
}

function assignVariable(node: Node, value: Value): void {
  const i = findVariable(node);
  if (i >= 0) copyValue(variableValue(i), value);
}

function walk(dot: Value, node: Node): i32 {
  if (!step()) return NORMAL;
  const kind = node.kind;
  if (kind == Kind.list) {
    for (let i: u32 = 0; i < node.childCount; i++) {
      const signal = walk(dot, child(node, i));
      if (failed || signal != NORMAL) return signal;
    }
    return NORMAL;
  }
  current = node;
  if (kind == Kind.text) {
    put(node.textAt, node.textSize);
    return NORMAL;
  }
  if (kind == Kind.action) {
    const before = top;
    const value = slot();
    const pipe = node.pipe!;
    pipeline(dot, pipe, value);
    if (!failed && pipe.declared == 0) {
      current = node;
      printPlain(value);
    }
    top = before;
    return NORMAL;
  }
  if (kind == Kind.breakLoop) return BREAK;
  if (kind == Kind.continueLoop) return CONTINUE;
  if (!enter()) return NORMAL;
  const before = top;
  const mark = varTop;
  let signal = NORMAL;
  if (kind == Kind.range) walkRange(dot, node);
  else if (kind == Kind.template) walkTemplate(dot, node);
  else signal = walkBranch(dot, node);
  if (kind != Kind.template) varTop = mark;
  top = before;
  leave();
  return signal;
}

function walkBranch(dot: Value, node: Node): i32 {
  const value = slot();
  pipeline(dot, node.pipe!, value);
  if (failed) return NORMAL;
  if (isTrue(value)) return walk(node.kind == Kind.withBranch ? value : dot, node.body!);
  const otherwise = node.otherwise;
  return otherwise === null ? NORMAL : walk(dot, otherwise);
}

function walkTemplate(dot: Value, node: Node): void {
  const name = lift(constantOf(node));
  const root = template.root(name);
  if (root === null) return fail('template ' + quoted(name) + ' not defined');
  const value = slot();
  setNone(value);
  const pipe = node.pipe;
  if (pipe !== null) pipeline(dot, pipe, value);
  if (failed) return;
  const outerName = templateName;
  const outerBase = varBase;
  const outerTop = varTop;
  templateName = name;
  varBase = varTop;
  pushVariable(0, value);
  walk(value, root);
  if (failed) return;
  templateName = outerName;
  varBase = outerBase;
  varTop = outerTop;
}

function walkRange(dot: Value, node: Node): void {
  const pipe = node.pipe!;
  const value = slot();
  pipeline(dot, pipe, value);
  if (failed) return;
  const mark = varTop;
  const index = slot();
  const item = slot();
  const t = value.type;
  let ran = false;
  if (isInteger(t) || isUnsigned(t)) {
    if (pipe.declared > 1) return fail("can't use " + textOf(value) + ' to iterate over more than one variable');
    const count = <i64>value.bits;
    for (let i: i64 = 0; i < count; i++) {
      ran = true;
      setNone(index);
      set(item, t, 0, <u64>i);
      if (!iterate(node, index, item, mark)) return;
    }
  } else if (isList(t) || isBytes(t)) {
    for (let i: u32 = 0; i < value.size; i++) {
      ran = true;
      setInt(index, i);
      elementOf(value, i, item);
      if (!iterate(node, index, item, mark)) return;
    }
  } else if (isMap(t)) {
    const table = tableOf(value);
    const count = table.count;
    for (let i: u32 = 0; i < count && i < table.count; i++) {
      ran = true;
      const pair = pairAt(table, i);
      setText(index, pair.keyAt, pair.keySize);
      copyValue(item, changetype<Value>(changetype<usize>(pair) + 8));
      if (t == Type.map || t == Type.structuredData) item.wrap = Wrap.any;
      if (!iterate(node, index, item, mark)) return;
    }
  } else if (t != Type.none) return fail("range can't iterate over " + textOf(value));
  const otherwise = node.otherwise;
  if (!ran && otherwise !== null) walk(dot, otherwise);
}

/** Walks the body of a range once. False: the range ends. */
function iterate(node: Node, index: Value, item: Value, mark: u32): bool {
  if (!step()) return false;
  const pipe = node.pipe!;
  const declared: u32 = pipe.declared;
  const first = pipe.childCount - declared;
  if (declared > 0) {
    if ((pipe.flags & Flag.assigns) != 0) {
      assignVariable(child(pipe, first), declared > 1 ? index : item);
      if (declared > 1) assignVariable(child(pipe, first + 1), item);
    } else {
      // The pipe pushed its variables: the last one is the element.
      copyValue(variableValue(mark - 1), item);
      if (declared > 1) copyValue(variableValue(mark - 2), index);
    }
  }
  const before = top;
  const dot = slot();
  copyValue(dot, item);
  const signal = walk(dot, node.body!);
  top = before;
  varTop = mark;
  return !failed && signal != BREAK;
}

/** Evaluates a pipe, and declares or assigns its variables. */
export function pipeline(dot: Value, pipe: Node, out: Value): void {
  if (!step()) return;
  current = pipe;
  const before = top;
  const commands = pipe.childCount - pipe.declared;
  if (commands == 1) {
    command(dot, child(pipe, 0), MISSING, out);
    unwrap(out);
  } else {
    if (!enter()) return;
    const final = slot();
    copyValue(final, MISSING);
    for (let i: u32 = 0; i < commands; i++) {
      command(dot, child(pipe, i), final, out);
      if (failed) return;
      unwrap(out);
      copyValue(final, out);
    }
    leave();
  }
  top = before;
  if (failed) return;
  for (let i: u32 = 0; i < pipe.declared; i++) {
    const variable = child(pipe, commands + i);
    if ((pipe.flags & Flag.assigns) != 0) assignVariable(variable, out);
    else pushVariable(variable.index, out);
  }
}

/** The value in an `interface {}`. An opencdc.Data stays one, because it has methods. */
@inline
function unwrap(v: Value): void {
  if (v.wrap == Wrap.any) v.wrap = Wrap.nothing;
}

function command(dot: Value, node: Node, final: Value, out: Value): void {
  const first = child(node, 0);
  const kind = first.kind;
  if (kind == Kind.field) {
    current = first;
    return fieldChain(dot, dot, first, 0, node, final, out);
  }
  if (kind == Kind.identifier) return call(dot, first, node, node, final, out);
  if (kind == Kind.chain) return chain(dot, first, node, final, out);
  if (kind == Kind.variable) return variable(dot, first, node, final, out);
  if (kind == Kind.pipe) {
    if (isFunctionLike(node, final)) return;
    if (!enter()) return;
    pipeline(dot, first, out);
    leave();
    return;
  }
  current = first;
  if (isFunctionLike(node, final)) return;
  if (kind == Kind.dot) copyValue(out, dot);
  else if (kind == Kind.nil) fail('nil is not a command');
  else constant(first, out);
}

/** Fails if something that is no function has arguments. */
function isFunctionLike(node: Node, final: Value): bool {
  if (node.childCount == 1 && final.type == Type.missing) return false;
  fail("can't give argument to non-function " + sourceOf(child(node, 0)));
  return true;
}

function constant(node: Node, out: Value): void {
  if (node.kind == Kind.number && (node.flags & (Flag.isInt | Flag.prefersFloat)) == 0) {
    current = node;
    return fail(String.UTF8.decodeUnsafe(node.textAt, node.textSize) + ' overflows int');
  }
  copyValue(out, constantOf(node));
}

function chain(dot: Value, node: Node, args: Node | null, final: Value, out: Value): void {
  current = node;
  const inner = node.pipe!;
  if (inner.kind == Kind.nil) return fail('indirection through explicit nil in ' + sourceOf(node));
  const before = top;
  const receiver = slot();
  if (inner.kind == Kind.pipe) pipeline(dot, inner, receiver);
  else call(dot, inner, inner, null, MISSING, receiver);
  if (!failed) fieldChain(dot, receiver, node, 0, args, final, out);
  top = before;
}

function variable(dot: Value, node: Node, args: Node | null, final: Value, out: Value): void {
  current = node;
  const i = findVariable(node);
  if (i < 0) return;
  if (node.childCount == 0) {
    if (args !== null && isFunctionLike(args, final)) return;
    copyValue(out, variableValue(i));
    return;
  }
  fieldChain(dot, variableValue(i), node, 0, args, final, out);
}

function fieldChain(dot: Value, receiver: Value, node: Node, from: u32, args: Node | null, final: Value, out: Value): void {
  const last = node.childCount - 1;
  const before = top;
  let at = receiver;
  for (let i = from; i < last; i++) {
    const next = slot();
    evaluateField(dot, child(node, i), node, null, MISSING, at, next);
    if (failed) return;
    at = next;
  }
  evaluateField(dot, child(node, last), node, args, final, at, out);
  top = before;
}

/** Calls a function. `node` is what an error of the function is reported at; `args` has the function and then its arguments. */
function call(dot: Value, name: Node, node: Node, args: Node | null, final: Value, out: Value): void {
  if (!step() || !enter()) return;
  current = name;
  const f = functionAt(name.index);
  const given: u32 = args === null ? 0 : args.childCount - 1;
  const hasFinal = final.type != Type.missing;
  const total: u32 = given + (hasFinal ? 1 : 0);
  if (f.variadic != 0 ? total < f.fixed : total != f.fixed) {
    const wanted = (f.variadic != 0 ? 'at least ' : '') + f.fixed.toString();
    const got = f.variadic != 0 ? given : total;
    return fail('wrong number of args for ' + f.name + ': want ' + wanted + ' got ' + got.toString());
  }
  const before = top;
  if (f.shortCircuit) shortCircuit(dot, f.isOr, args, final, out);
  else {
    const argv = top;
    for (let i: u32 = 0; i < total; i++) slot();
    for (let i: u32 = 0; i < given && !failed; i++) {
      argument(dot, f.typeOf(i), child(args!, i + 1), changetype<Value>(argv + <usize>i * VALUE));
    }
    if (hasFinal && !failed) {
      const v = changetype<Value>(argv + <usize>given * VALUE);
      copyValue(v, final);
      validate(v, f.typeOf(given));
    }
    if (!failed) {
      setNone(out);
      call_indirect<void>(f.code, argv, total, out);
      if (failed) {
        current = node;
        restate('error calling ' + f.name + ': ' + problem);
      }
    }
  }
  top = before;
  leave();
}

function shortCircuit(dot: Value, isOr: bool, args: Node | null, final: Value, out: Value): void {
  if (args !== null) {
    for (let i: u32 = 1; i < args.childCount; i++) {
      argument(dot, REFLECT, child(args, i), out);
      if (failed || isTrue(out) == isOr) return;
    }
  }
  if (final.type != Type.missing) copyValue(out, final);
}

/** Evaluates an argument for a parameter of a type. */
export function argument(dot: Value, type: u32, node: Node, out: Value): void {
  current = node;
  const kind = node.kind;
  if (kind == Kind.dot) {
    copyValue(out, dot);
    return validate(out, type);
  }
  if (kind == Kind.field) fieldChain(dot, dot, node, 0, null, MISSING, out);
  else if (kind == Kind.variable) variable(dot, node, null, MISSING, out);
  else if (kind == Kind.pipe) {
    if (!enter()) return;
    pipeline(dot, node, out);
    leave();
  } else if (kind == Kind.identifier) call(dot, node, node, null, MISSING, out);
  else if (kind == Kind.chain) chain(dot, node, null, MISSING, out);
  else return literal(type, node, out);
  if (!failed) validate(out, type);
}

function literal(type: u32, node: Node, out: Value): void {
  const kind = node.kind;
  if (kind == Kind.nil) {
    if (!canBeNil(type)) return fail('cannot assign nil to ' + parameterName(type));
    return setNone(out);
  }
  if (type == ANY || type == REFLECT) return constant(node, out);
  if (type == BOOL) {
    if (kind != Kind.bool) return fail('expected bool; found ' + sourceOf(node));
  } else if (type == TEXT) {
    if (kind != Kind.string) return fail('expected string; found ' + sourceOf(node));
  } else if (type == INT || type == INT64) {
    if (kind != Kind.number || (node.flags & Flag.isInt) == 0) return fail('expected integer; found ' + sourceOf(node));
    return setInt(out, node.integer, type == INT ? Type.int : Type.int64);
  } else if (type == FLOAT) {
    if (kind != Kind.number || (node.flags & Flag.isFloat) == 0) return fail('expected float; found ' + sourceOf(node));
    return set(out, Type.float, 0, reinterpret<u64>(node.float));
  } else return fail("can't handle " + sourceOf(node) + ' for arg of type ' + parameterName(type));
  copyValue(out, constantOf(node));
}

/** Fails if the value cannot be given to a parameter of the type. */
export function validate(v: Value, type: u32): void {
  const t = v.type;
  if (type == REFLECT) return;
  if (type == ANY) {
    v.wrap = Wrap.nothing;
    return;
  }
  if (t <= Type.missing) {
    if (v.wrap == Wrap.nothing) {
      if (!canBeNil(type)) fail('invalid value; expected ' + parameterName(type));
      return;
    }
  } else if (isAssignable(t, type)) {
    v.wrap = Wrap.nothing;
    return;
  }
  const got = t <= Type.missing ? staticName(v) : typeName(v);
  fail('wrong type for value; expected ' + parameterName(type) + '; got ' + got);
}

/** Evaluates one name of a chain on a value: a method, a field, or a key of a map. */
function evaluateField(dot: Value, name: Node, node: Node, args: Node | null, final: Value, receiver: Value, out: Value): void {
  const hasArguments = final.type != Type.missing || (args !== null && args.childCount > 1);
  if (!hasArguments && quickField(receiver, name, missingKeyIsError, out)) return;
  const t = receiver.type;
  const text = String.UTF8.decodeUnsafe(name.textAt, name.textSize);
  if (t <= Type.missing) {
    if (receiver.wrap != Wrap.nothing) return fail('nil pointer evaluating ' + staticName(receiver) + '.' + text);
    if (missingKeyIsError) return fail('nil data; no entry for key ' + quoted(text));
    return setNone(out);
  }
  const parameter = methodParameter(receiver, text);
  if (parameter < 0) return field(receiver, name, hasArguments, missingKeyIsError, out);
  const given = args === null ? 0 : <i32>args.childCount - 1;
  const total = given + (final.type != Type.missing ? 1 : 0);
  const count = parameter == 0 ? 0 : 1;
  if (total != count) return fail('wrong number of args for ' + text + ': want ' + count.toString() + ' got ' + total.toString());
  if (isSetter(receiver, text)) return fail('function ' + text + ' has 0 return values; should be 1 or 2');
  const before = top;
  const value = slot();
  setNone(value);
  if (given == 1) argument(dot, parameter, child(args!, 1), value);
  else if (count == 1) {
    copyValue(value, final);
    validate(value, parameter);
  }
  if (!failed) {
    const error = callMethod(receiver, text, value, out);
    if (error != '') {
      current = node;
      if (failed) restate('error calling ' + text + ': ' + error);
      else fail('error calling ' + text + ': ' + error);
    }
  }
  top = before;
}
