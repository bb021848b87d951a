// Writes assembly/abi/layout.ts: where everything that crosses the boundary lies in memory, by the canonical ABI's rules
// (component-model, CanonicalABI.md: alignment, size, flattening), from the WIT. The file is committed, and the build stops if it does not
// fit the WIT. With a new one the glue's offsets follow, a field that is gone or has another width does not compile, and a test
// that lists all fields fails for one that is new.
// Usage: node tools/layouts.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readWorld } from './wit.mjs';

export const WORLD = 'kafka-connector';
const root = path.resolve(import.meta.dirname, '..');
const output = path.join(root, 'assembly/abi/layout.ts');

const SCALARS = {
  bool: [1, 'bool'],
  u8: [1, 'u8'],
  s8: [1, 'i8'],
  u16: [2, 'u16'],
  s16: [2, 'i16'],
  u32: [4, 'u32'],
  s32: [4, 'i32'],
  u64: [8, 'u64'],
  s64: [8, 'i64'],
  f32: [4, 'f32'],
  f64: [8, 'f64'],
  char: [4, 'u32'],
};
const MAX_FLAT_PARAMS = 16;
const MAX_FLAT_RESULTS = 1;
const align = (offset, alignment) => Math.ceil(offset / alignment) * alignment;
const camel = (name) => name.replace(/-(.)/g, (_, c) => c.toUpperCase());
const pascal = (name) => camel(name).replace(/^./, (c) => c.toUpperCase());

/** Sizes, alignments and flattening of the types of one world. */
export class Layouts {
  constructor(world) {
    this.world = world;
    const count = new Map();
    for (const i of world.interfaces.values()) for (const name of i.types.keys()) count.set(name, (count.get(name) ?? 0) + 1);
    this.clashes = new Set([...count].filter(([, n]) => n > 1).map(([name]) => name));
  }
  /** Follows names, uses and aliases to the type itself; `owner` is the interface that the names in it belong to. */
  resolve(type, owner) {
    if (type.kind === 'alias') return this.resolve(type.of, owner);
    if (type.kind !== 'named') return { type, owner };
    const used = owner.uses.get(type.name);
    if (used !== undefined) return this.resolve(type, this.world.interfaces.get(used));
    const found = owner.types.get(type.name);
    if (found === undefined) throw new Error(`${owner.fullName}: no type ${type.name}`);
    if (found.kind === 'alias') return this.resolve(found, owner);
    return { type: { ...found, name: type.name }, owner };
  }
  caseBytes(n) {
    return n <= 256 ? 1 : n <= 65536 ? 2 : 4;
  }
  /** Size and alignment in memory. */
  measure(reference, from) {
    const { type, owner } = this.resolve(reference, from);
    if (type.kind in SCALARS) return { size: SCALARS[type.kind][0], align: SCALARS[type.kind][0] };
    switch (type.kind) {
      case 'string':
      case 'list':
        return { size: 8, align: 4 };
      case 'borrow':
      case 'own':
      case 'resource':
        return { size: 4, align: 4 };
      case 'enum': {
        const size = this.caseBytes(type.cases.length);
        return { size, align: size };
      }
      case 'record':
        return this.struct(
          type.fields.map((f) => f.type),
          owner,
        );
      case 'tuple':
        return this.struct(type.of, owner);
      case 'option':
        return this.variant([null, type.of], owner);
      case 'result':
        return this.variant([type.ok, type.error], owner);
      default:
        throw new Error(`${owner.fullName}: no layout for ${type.kind}`);
    }
  }
  struct(types, owner) {
    let size = 0,
      alignment = 1;
    const offsets = [];
    for (const type of types) {
      const m = this.measure(type, owner);
      size = align(size, m.align);
      offsets.push(size);
      size += m.size;
      alignment = Math.max(alignment, m.align);
    }
    return { size: align(size, alignment), align: alignment, offsets };
  }
  variant(cases, owner) {
    const tag = this.caseBytes(cases.length);
    const m = cases.map((type) => (type === null ? { size: 0, align: 1 } : this.measure(type, owner)));
    const payloadAlign = Math.max(...m.map((x) => x.align));
    const payload = align(tag, payloadAlign);
    const alignment = Math.max(tag, payloadAlign);
    return { size: align(payload + Math.max(...m.map((x) => x.size)), alignment), align: alignment, payload };
  }
  /** Number of core values that the type flattens to. */
  flat(reference, from) {
    const { type, owner } = this.resolve(reference, from);
    const most = (cases) => 1 + Math.max(...cases.map((t) => (t === null ? 0 : this.flat(t, owner))));
    switch (type.kind) {
      case 'string':
      case 'list':
        return 2;
      case 'record':
        return type.fields.reduce((n, f) => n + this.flat(f.type, owner), 0);
      case 'tuple':
        return type.of.reduce((n, t) => n + this.flat(t, owner), 0);
      case 'option':
        return most([type.of]);
      case 'result':
        return most([type.ok, type.error]);
      default:
        return 1;
    }
  }
}

/** Turns layouts into AssemblyScript. */
class Writer {
  constructor(layouts) {
    this.layouts = layouts;
    this.classes = new Map(); // name -> text
    this.enums = new Map();
  }
  name(type, owner) {
    return (this.layouts.clashes.has(type.name) ? pascal(owner.name) : '') + pascal(type.name);
  }
  /** The AssemblyScript class that views a value of this type in memory; makes it if it is not there yet. */
  view(reference, from) {
    const { type, owner } = this.layouts.resolve(reference, from);
    switch (type.kind) {
      case 'string':
        return 'StringSlot';
      case 'list': {
        const item = this.layouts.resolve(type.of, owner).type.kind;
        if (item === 'u8') return 'BytesSlot';
        if (item in SCALARS) throw new Error(`${owner.fullName}: list of ${item} is not supported`);
        return `ListSlot<${this.view(type.of, owner)}>`;
      }
      case 'record': {
        const name = `${this.name(type, owner)}View`;
        if (!this.classes.has(name)) {
          this.classes.set(name, '');
          this.struct(name, `${owner.fullName}.${type.name}`, type.fields, owner);
        }
        return name;
      }
      case 'tuple': {
        const parts = type.of.map((t) => (this.scalar(t, owner) ?? this.view(t, owner)).replace(/(Slot|View)$/, ''));
        const name = `${parts.map(pascal).join('')}View`;
        if (!this.classes.has(name)) {
          this.classes.set(name, '');
          this.struct(
            name,
            `tuple<${parts.join(', ').toLowerCase()}>`,
            type.of.map((t, i) => ({ name: 'abcdefgh'[i], type: t })),
            owner,
          );
        }
        return name;
      }
      default:
        throw new Error(`${owner.fullName}: no view of ${type.kind}`);
    }
  }
  /** The AssemblyScript type of what is one number in memory, else null. */
  scalar(reference, from) {
    const { type, owner } = this.layouts.resolve(reference, from);
    if (type.kind in SCALARS) return SCALARS[type.kind][1];
    if (['borrow', 'own', 'resource'].includes(type.kind)) return 'i32';
    if (type.kind !== 'enum') return null;
    const name = this.name(type, owner);
    const width = `u${8 * this.layouts.caseBytes(type.cases.length)}`;
    this.enums.set(
      name,
      `/** ${owner.fullName}.${type.name} */\nexport namespace ${name} {\n` +
        type.cases.map((c, i) => `  export const ${camel(c)}: ${width} = ${i};\n`).join('') +
        `  /** The case's WIT name. */\n  export function nameOf(value: ${width}): string {\n` +
        type.cases.map((c, i) => `    if (value == ${i}) return "${c}";\n`).join('') +
        '    return "?";\n  }\n}\n',
    );
    return width;
  }
  /** Accessors of one member at `offset`. */
  member(name, reference, offset, from) {
    const { type, owner } = this.layouts.resolve(reference, from);
    if (type.kind === 'option') {
      const { payload } = this.layouts.variant([null, type.of], owner);
      return this.number(`has${pascal(name)}`, 'bool', offset) + this.member(name, type.of, offset + payload, owner);
    }
    const scalar = this.scalar(reference, from);
    if (scalar !== null) return this.number(camel(name), scalar, offset);
    return `  @inline get ${camel(name)}(): ${this.view(reference, from)} { return changetype<${this.view(reference, from)}>(changetype<usize>(this) + ${offset}); }\n`;
  }
  number(name, type, offset) {
    const at = offset === 0 ? '' : `, ${offset}`;
    return (
      `  @inline get ${name}(): ${type} { return load<${type}>(changetype<usize>(this)${at}); }\n` +
      `  @inline set ${name}(value: ${type}) { store<${type}>(changetype<usize>(this), value${at}); }\n`
    );
  }
  class(name, what, m, members) {
    this.classes.set(
      name,
      `/** ${what}: ${m.size} bytes, align ${m.align} */\n@unmanaged export class ${name} {\n` +
        `  @inline get SIZE(): usize { return ${m.size}; }\n  @inline get ALIGN(): usize { return ${m.align}; }\n${members}}\n`,
    );
  }
  struct(name, what, fields, owner) {
    const m = this.layouts.struct(
      fields.map((f) => f.type),
      owner,
    );
    this.class(name, what, m, fields.map((f, i) => this.member(f.name, f.type, m.offsets[i], owner)).join(''));
  }
  /** Views of what a function takes or gives through memory. */
  function(f, owner) {
    const name = pascal(
      f.name.replace(/^\[(static|method)\](.*)\.(.*)$/, '$2-$3').replace(/^(?!.*-)/, f.name.startsWith('[') ? '' : `${owner.name}-`),
    );
    const full = `${owner.fullName}#${f.name}`;
    const flat = f.params.reduce((n, p) => n + this.layouts.flat(p.type, owner), 0);
    if (flat > MAX_FLAT_PARAMS) this.struct(`${name}Params`, `parameters of ${full}`, f.params, owner);
    for (const p of f.params) {
      const { type, owner: o } = this.layouts.resolve(p.type, owner);
      if (type.kind === 'list' && !(this.layouts.resolve(type.of, o).type.kind in SCALARS)) this.view(type, o);
      if (type.kind === 'enum') this.scalar(type, o);
    }
    if (f.result === null || this.layouts.flat(f.result, owner) <= MAX_FLAT_RESULTS) return 0;
    const { type, owner: o } = this.layouts.resolve(f.result, owner);
    if (type.kind === 'result') {
      const m = this.layouts.variant([type.ok, type.error], o);
      this.class(
        `${name}Result`,
        `result of ${full}`,
        m,
        this.number('isError', 'bool', 0) +
          (type.ok === null ? '' : this.member('ok', type.ok, m.payload, o)) +
          (type.error === null ? '' : this.member('error', type.error, m.payload, o)),
      );
    } else this.view(type, o);
    return this.layouts.measure(f.result, owner).size;
  }
  text() {
    const size = (list) => Math.max(...list.flatMap((i) => i.functions.map((f) => this.function(f, i))));
    const exported = size(this.layouts.world.exports);
    const imported = size(this.layouts.world.imports);
    return [
      '// Written by tools/layouts.mjs from wit/; do not edit.\n' +
        '// A view is an address with typed accessors: no object, no copy. Lists and strings are slots: address and length.\n' +
        'import { BytesSlot, ListSlot, StringSlot } from "./slots";\n',
      `/** Bytes of the largest result of an export, of an import. */\nexport const EXPORT_RESULT_SIZE = ${exported};\nexport const IMPORT_RESULT_SIZE = ${imported};\n`,
      ...[...this.enums].sort().map(([, text]) => text),
      ...[...this.classes].sort().map(([, text]) => text),
    ].join('\n');
  }
}

/** Text of the file for the WIT in a folder. */
export function layoutSource(folder = path.join(root, 'wit')) {
  return new Writer(new Layouts(readWorld(folder, WORLD))).text();
}

function committed() {
  try {
    return readFileSync(output, 'utf8');
  } catch {
    return '';
  }
}

/** Stops a build whose glue was made for another WIT. */
export function checkLayouts() {
  if (committed() !== layoutSource()) throw new Error('assembly/abi/layout.ts does not fit wit/: run "node tools/layouts.mjs"');
}

if (process.argv[1] === import.meta.filename && committed() !== layoutSource()) writeFileSync(output, layoutSource());
