// Generates AssemblyScript views from the WIT. A view is an address with typed accessors for its fields: no object, no copy.
import { HANDLES, SCALARS, camel, pascal } from './layouts.mjs';

/** Views and enums of the interfaces of one package. */
export class ViewWriter {
  constructor(layouts, packageName) {
    this.layouts = layouts;
    this.package = packageName;
    /** Name -> text, of what belongs to this package. */
    this.views = new Map();
    this.enums = new Map();
    /** Bytes of the largest result that lies in memory. */
    this.resultSize = 0;
  }

  /** Writes the views of all types of an interface, and of the parameters and results of its functions. */
  interface(owner) {
    for (const [name, type] of owner.types) {
      if (type.kind === 'record' || type.kind === 'variant') this.view({ kind: 'named', name }, owner);
      if (type.kind === 'enum') this.scalar({ kind: 'named', name }, owner);
    }
    for (const f of owner.functions) this.function(f, owner);
  }

  /** The AssemblyScript class that views a value of this type in memory. Writes the class if it does not exist yet. */
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
      case 'record':
        return this.define(`${this.layouts.name(type, owner)}View`, owner, (name) =>
          this.struct(name, `${owner.fullName}.${type.name}`, type.fields, owner),
        );
      case 'variant':
        return this.define(`${this.layouts.name(type, owner)}View`, owner, (name) => this.variant(name, type, owner));
      case 'tuple': {
        const parts = type.of.map((t) => (this.scalar(t, owner) ?? this.view(t, owner)).replace(/(Slot|View)$/, ''));
        const fields = type.of.map((t, i) => ({ name: 'abcdefgh'[i], type: t }));
        return this.define(`${parts.map(pascal).join('')}View`, owner, (name) =>
          this.struct(name, `tuple<${parts.join(', ').toLowerCase()}>`, fields, owner),
        );
      }
      default:
        throw new Error(`${owner.fullName}: no view of ${type.kind}`);
    }
  }
  /** Runs `write` unless the view exists already, or belongs to another package. */
  define(name, owner, write) {
    if (owner.package === this.package && !this.views.has(name)) {
      this.views.set(name, '');
      write(name);
    }
    return name;
  }
  /** The AssemblyScript type of a type that is one number in memory, else null. */
  scalar(reference, from) {
    const { type, owner } = this.layouts.resolve(reference, from);
    if (type.kind in SCALARS) return SCALARS[type.kind][1];
    if (HANDLES.includes(type.kind)) return 'i32';
    if (type.kind !== 'enum') return null;
    const width = this.tag(type);
    if (owner.package === this.package) this.cases(this.layouts.name(type, owner), type, owner);
    return width;
  }
  tag(type) {
    return `u${8 * this.layouts.caseBytes(type.cases.length)}`;
  }
  /** Constants for the cases of an enum or a variant. */
  cases(name, type, owner) {
    const width = this.tag(type);
    this.enums.set(
      name,
      `/** ${owner.fullName}.${type.name} */\nexport namespace ${name} {\n` +
        type.cases.map((c, i) => `  export const ${camel(c.name)}: ${width} = ${i};\n`).join('') +
        `  /** The case's WIT name. */\n  export function nameOf(value: ${width}): string {\n` +
        type.cases.map((c, i) => `    if (value == ${i}) return "${c.name}";\n`).join('') +
        '    return "?";\n  }\n}\n',
    );
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
    const view = this.view(reference, from);
    return `  @inline get ${camel(name)}(): ${view} { return changetype<${view}>(changetype<usize>(this) + ${offset}); }\n`;
  }
  number(name, type, offset) {
    const at = offset === 0 ? '' : `, ${offset}`;
    return (
      `  @inline get ${name}(): ${type} { return load<${type}>(changetype<usize>(this)${at}); }\n` +
      `  @inline set ${name}(value: ${type}) { store<${type}>(changetype<usize>(this), value${at}); }\n`
    );
  }
  class(name, what, m, members) {
    this.views.set(
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
  /** Accessors of a variant: `tag` says which of the members is present. They all lie at the same offset. */
  variant(name, type, owner) {
    const m = this.layouts.variant(
      type.cases.map((c) => c.type),
      owner,
    );
    this.cases(`${this.layouts.name(type, owner)}Case`, type, owner);
    const members = type.cases.filter((c) => c.type !== null).map((c) => this.member(c.name, c.type, m.payload, owner));
    this.class(name, `${owner.fullName}.${type.name}`, m, this.number('tag', this.tag(type), 0) + members.join(''));
  }
  /** Views of the parameters and results that a function passes in memory. */
  function(f, owner) {
    const name = this.layouts.functionName(f, owner);
    const full = `${owner.fullName}#${f.name}`;
    if (this.layouts.hasParamsInMemory(f, owner)) this.struct(`${name}Params`, `parameters of ${full}`, f.params, owner);
    for (const p of f.params) {
      const { type, owner: o } = this.layouts.resolve(p.type, owner);
      if (type.kind === 'list' && !(this.layouts.resolve(type.of, o).type.kind in SCALARS)) this.view(type, o);
      if (type.kind === 'enum') this.scalar(type, o);
    }
    if (!this.layouts.hasResultInMemory(f, owner)) return;
    this.resultSize = Math.max(this.resultSize, this.layouts.measure(f.result, owner).size);
    const { type, owner: o } = this.layouts.resolve(f.result, owner);
    if (type.kind !== 'result') {
      this.view(type, o);
      return;
    }
    const m = this.layouts.variant([type.ok, type.error], o);
    this.class(
      `${name}Result`,
      `result of ${full}`,
      m,
      this.number('isError', 'bool', 0) +
        (type.ok === null ? '' : this.member('ok', type.ok, m.payload, o)) +
        (type.error === null ? '' : this.member('error', type.error, m.payload, o)),
    );
  }
}
