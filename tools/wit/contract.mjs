// Generates the TypeScript contract from the WIT, in the shapes that jco uses: records as objects in camel case, u64 and s64 as bigint, option as
// undefined, lists of u8 as Uint8Array, variants as { tag, val }. A type test compares it with jco's own types.
import { comment } from './classes.mjs';
import { SCALARS, camel, pascal } from './layouts.mjs';

const PRINT_WIDTH = 140;
/** Names that TypeScript reserves. */
const RENAMED = { 'conduit:connector.error': 'WitError' };

/** Types of the interfaces of one package, and the functions of those that a guest exports. */
export class ContractWriter {
  constructor(layouts, packageName) {
    this.layouts = layouts;
    this.package = packageName;
    this.texts = [];
    /** Package -> names that come from its contract. */
    this.imported = new Map();
  }

  interface(owner) {
    for (const [name, type] of owner.types) {
      const named = { ...type, name };
      if (type.kind === 'record') this.record(named, owner);
      if (type.kind === 'enum')
        this.union(
          this.typeName(named, owner),
          type.doc,
          type.cases.map((c) => `'${c.name}'`),
        );
      if (type.kind === 'variant') this.variant(named, owner);
    }
    if (this.layouts.world.exports.includes(owner)) this.exports(owner);
  }

  typeName(type, owner) {
    return RENAMED[`${owner.package}.${type.name}`] ?? this.layouts.name(type, owner);
  }
  type(reference, from) {
    const { type, owner } = this.layouts.resolve(reference, from);
    if (type.kind === 'bool') return 'boolean';
    if (type.kind === 'string' || type.kind === 'char') return 'string';
    if (type.kind in SCALARS) return /64$/.test(type.kind) && type.kind !== 'f64' ? 'bigint' : 'number';
    switch (type.kind) {
      case 'list': {
        const item = this.layouts.resolve(type.of, owner).type.kind;
        if (item === 'u8') return 'Uint8Array';
        if (item in SCALARS) throw new Error(`${owner.fullName}: list of ${item} is not supported`);
        return `${this.type(type.of, owner)}[]`;
      }
      case 'tuple':
        return `[${type.of.map((t) => this.type(t, owner)).join(', ')}]`;
      case 'option':
        return `${this.type(type.of, owner)} | undefined`;
      case 'record':
      case 'enum':
      case 'variant': {
        const name = this.typeName(type, owner);
        if (owner.package !== this.package) this.imported.set(owner.package, (this.imported.get(owner.package) ?? new Set()).add(name));
        return name;
      }
      default:
        throw new Error(`${owner.fullName}: ${type.kind} is not supported in the contract`);
    }
  }
  field({ name, doc, type: reference }, from) {
    const { type, owner } = this.layouts.resolve(reference, from);
    const [mark, of, o] = type.kind === 'option' ? ['?', type.of, owner] : ['', reference, from];
    return `${doc === '' ? '' : comment(doc, '  ')}  ${camel(name)}${mark}: ${this.type(of, o)};\n`;
  }
  record(type, owner) {
    const fields = type.fields.map((f) => this.field(f, owner)).join('');
    this.add(`${this.doc(type.doc)}export interface ${this.typeName(type, owner)} {\n${fields}}\n`);
  }
  variant(type, owner) {
    const name = this.typeName(type, owner);
    this.union(
      name,
      type.doc,
      type.cases.map((c) => name + pascal(c.name)),
    );
    for (const c of type.cases) {
      const value = c.type === null ? '' : `  val: ${this.type(c.type, owner)};\n`;
      this.add(`${this.doc(c.doc)}export interface ${name}${pascal(c.name)} {\n  tag: '${c.name}';\n${value}}\n`);
    }
  }
  union(name, doc, members) {
    const line = `export type ${name} = ${members.join(' | ')};\n`;
    const text = line.length <= PRINT_WIDTH ? line : `export type ${name} =\n${members.map((m) => `  | ${m}`).join('\n')};\n`;
    this.add(this.doc(doc) + text);
  }
  /** An exported function. It is async (JSPI), and rejects with an object that has the error in `payload`. */
  exports(owner) {
    const functions = owner.functions.map((f) => {
      const { type, owner: o } = f.result === null ? { type: null, owner } : this.layouts.resolve(f.result, owner);
      const ok = type?.kind === 'result' ? type.ok : f.result;
      const params = f.params.map((p) => `${camel(p.name)}: ${this.type(p.type, owner)}`).join(', ');
      return `${f.doc === '' ? '' : comment(f.doc, '  ')}  ${camel(f.name)}(${params}): Promise<${ok === null ? 'void' : this.type(ok, o)}>;\n`;
    });
    this.add(`${this.doc(owner.doc)}export interface ${pascal(owner.name)}Exports {\n${functions.join('')}}\n`);
  }
  doc(text) {
    return text === '' ? '' : comment(text);
  }
  add(text) {
    this.texts.push(text);
  }
}
