// The parsed template. Nodes lie in the heap for the life of the template, without a garbage collector, because every record walks them.
import { Value, lift, quoted } from './values/value';

export namespace Kind {
  export const list: u8 = 0;
  export const text: u8 = 1;
  export const action: u8 = 2;
  export const ifBranch: u8 = 3;
  export const withBranch: u8 = 4;
  export const range: u8 = 5;
  export const template: u8 = 6;
  export const breakLoop: u8 = 7;
  export const continueLoop: u8 = 8;
  export const pipe: u8 = 9;
  export const command: u8 = 10;
  /** A function: `index` is its number. */
  export const identifier: u8 = 11;
  /** `.a.b`: the children are the names. */
  export const field: u8 = 12;
  /** `$x.a`: `index` is the number of the variable's name, the children are its name and the names of the fields. */
  export const variable: u8 = 13;
  /** `(...).a`: `pipe` is the expression, the children are the names. */
  export const chain: u8 = 14;
  export const dot: u8 = 15;
  export const nil: u8 = 16;
  export const bool: u8 = 17;
  export const number: u8 = 18;
  export const string: u8 = 19;
  /** One name of a field, chain or variable. */
  export const name: u8 = 20;
  // These two are never part of a tree.
  export const elseBranch: u8 = 21;
  export const end: u8 = 22;
}

export namespace Flag {
  export const isInt: u8 = 1;
  export const isUint: u8 = 2;
  export const isFloat: u8 = 4;
  /** A pipe that assigns, where others declare. */
  export const assigns: u8 = 8;
  /** The floating-point form is the constant's own. */
  export const prefersFloat: u8 = 16;
}


@unmanaged
export class Node {
  kind: u8;
  flags: u8;
  /** Number of declarations at the end of the children of a pipe. */
  declared: u16;
  /** Where it begins, in the source. */
  at: u32;
  /** The bytes in the source, or of a text without its quotes. */
  textAt: u32;
  textSize: u32;
  index: u32;
  children: u32;
  childCount: u32;
  capacity: u32;
  pipe: Node | null;
  body: Node | null;
  otherwise: Node | null;
  spare: u32;
  /** The value of a constant. */
  constant: u64;
  rest: u64;
  integer: i64;
  unsigned: u64;
  float: f64;
}
export const NODE: usize = 88;
const CONSTANT: usize = offsetof<Node>('constant');


@inline
export function constantOf(node: Node): Value {
  return changetype<Value>(changetype<usize>(node) + CONSTANT);
}


@inline
export function child(node: Node, i: u32): Node {
  return changetype<Node>(load<usize>(<usize>node.children + ((<usize>i) << 2)));
}

/** Memory of templates, freed together. */
let blocks: usize[] = [];

/** Zeroed memory for the life of the template that is being parsed. */
export function keep(size: usize): usize {
  const at = heap.alloc(max<usize>(1, size));
  memory.fill(at, 0, size);
  blocks.push(at);
  return at;
}

/** The memory that was kept since the last call; the caller frees it with `freeAll`. */
export function takeKept(): usize[] {
  const taken = blocks;
  blocks = [];
  return taken;
}

export function freeAll(kept: usize[]): void {
  for (let i = 0; i < kept.length; i++) heap.free(kept[i]);
}

export function newNode(kind: u8, at: usize): Node {
  const node = changetype<Node>(keep(NODE));
  node.kind = kind;
  node.at = <u32>at;
  return node;
}

export function append(node: Node, added: Node): void {
  if (node.childCount == node.capacity) {
    const capacity = node.capacity == 0 ? 2 : node.capacity * 2;
    const moved = keep((<usize>capacity) << 2);
    memory.copy(moved, node.children, (<usize>node.childCount) << 2);
    node.children = <u32>moved;
    node.capacity = capacity;
  }
  store<usize>(<usize>node.children + ((<usize>node.childCount) << 2), changetype<usize>(added));
  node.childCount++;
}

function source(node: Node): string {
  return String.UTF8.decodeUnsafe(node.textAt, node.textSize);
}

function names(node: Node, from: u32, separator: string): string {
  let text = '';
  for (let i = from; i < node.childCount; i++) text += separator + source(child(node, i));
  return text;
}

/** The source of a node as Go prints it in messages. */
export function sourceOf(node: Node | null): string {
  if (node === null) return '';
  const kind = node.kind;
  if (kind == Kind.dot) return '.';
  if (kind == Kind.nil) return 'nil';
  if (kind == Kind.field) return names(node, 0, '.');
  if (kind == Kind.variable) return source(node) + names(node, 0, '.');
  if (kind == Kind.chain) {
    const inner = node.pipe!;
    return (inner.kind == Kind.pipe ? '(' + sourceOf(inner) + ')' : sourceOf(inner)) + names(node, 0, '.');
  }
  if (kind == Kind.pipe) return pipeText(node);
  if (kind == Kind.command) {
    let text = '';
    for (let i: u32 = 0; i < node.childCount; i++) {
      const argument = child(node, i);
      if (i > 0) text += ' ';
      text += argument.kind == Kind.pipe ? '(' + sourceOf(argument) + ')' : sourceOf(argument);
    }
    return text;
  }
  if (kind == Kind.list) {
    let text = '';
    for (let i: u32 = 0; i < node.childCount; i++) text += sourceOf(child(node, i));
    return text;
  }
  if (kind == Kind.action) return '{{' + sourceOf(node.pipe) + '}}';
  if (kind == Kind.ifBranch || kind == Kind.withBranch || kind == Kind.range) {
    const word = kind == Kind.ifBranch ? 'if' : kind == Kind.withBranch ? 'with' : 'range';
    const rest = node.otherwise === null ? '' : '{{else}}' + sourceOf(node.otherwise);
    return '{{' + word + ' ' + sourceOf(node.pipe) + '}}' + sourceOf(node.body) + rest + '{{end}}';
  }
  if (kind == Kind.breakLoop) return '{{break}}';
  if (kind == Kind.continueLoop) return '{{continue}}';
  if (kind == Kind.template) {
    const pipe = node.pipe;
    return '{{template ' + quoted(lift(constantOf(node))) + (pipe === null ? '' : ' ' + sourceOf(pipe)) + '}}';
  }
  return source(node);
}

function pipeText(node: Node): string {
  const commands = node.childCount - node.declared;
  let text = '';
  for (let i: u32 = commands; i < node.childCount; i++) text += (i > commands ? ', ' : '') + sourceOf(child(node, i));
  if (node.declared != 0) text += (node.flags & Flag.assigns) != 0 ? ' = ' : ' := ';
  for (let i: u32 = 0; i < commands; i++) text += (i > 0 ? ' | ' : '') + sourceOf(child(node, i));
  return text;
}
