// Computes the memory layout of all values that cross the boundary, by the canonical ABI's rules (component-model, CanonicalABI.md: alignment, size,
// flattening), and the names of the generated types.

/** WIT's numbers: bytes in memory and AssemblyScript's type. */
export const SCALARS = {
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
export const MAX_FLAT_PARAMS = 16;
export const MAX_FLAT_RESULTS = 1;
/** The types that are handles: one number each. */
export const HANDLES = ['borrow', 'own', 'resource'];

const align = (offset, alignment) => Math.ceil(offset / alignment) * alignment;
export const camel = (name) => name.replace(/-(.)/g, (_, c) => c.toUpperCase());
export const pascal = (name) => camel(name).replace(/^./, (c) => c.toUpperCase());

/** Sizes, alignments, flattening and names of the types of one world. */
export class Layouts {
  constructor(world) {
    this.world = world;
    const count = new Map();
    for (const owner of world.interfaces.values())
      for (const [name, { kind }] of owner.types) {
        if (kind === 'alias') continue;
        const key = `${owner.package}.${name}`;
        count.set(key, (count.get(key) ?? 0) + 1);
      }
    this.clashes = new Set([...count].filter(([, n]) => n > 1).map(([key]) => key));
  }
  /** A type's name in generated code: its own name, after the interface's name if another interface of the package has a type of the same name. */
  name({ name }, owner) {
    return (this.clashes.has(`${owner.package}.${name}`) ? pascal(owner.name) : '') + pascal(name);
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
    if (HANDLES.includes(type.kind)) return { size: 4, align: 4 };
    switch (type.kind) {
      case 'string':
      case 'list':
        return { size: 8, align: 4 };
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
      case 'variant':
        return this.variant(
          type.cases.map((c) => c.type),
          owner,
        );
      case 'option':
        return this.variant([null, type.of], owner);
      case 'result':
        return this.variant([type.ok, type.error], owner);
      default:
        throw new Error(`${owner.fullName}: no layout for ${type.kind}`);
    }
  }
  struct(types, owner) {
    let size = 0;
    let alignment = 1;
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
  /** `payload` is the offset of the payload; a case without a payload has the type null. */
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
      case 'variant':
        return most(type.cases.map((c) => c.type));
      case 'option':
        return most([type.of]);
      case 'result':
        return most([type.ok, type.error]);
      default:
        return 1;
    }
  }
  /** True if the parameters do not fit into core values, so that they are passed in memory. */
  hasParamsInMemory(f, owner) {
    return f.params.reduce((n, p) => n + this.flat(p.type, owner), 0) > MAX_FLAT_PARAMS;
  }
  hasResultInMemory(f, owner) {
    return f.result !== null && this.flat(f.result, owner) > MAX_FLAT_RESULTS;
  }
  /** `ConsumerPoll`, `SourceRead`. */
  functionName(f, owner) {
    const method = /^\[(?:static|method)\](.*)\.(.*)$/.exec(f.name);
    return pascal(method === null ? `${owner.name}-${f.name}` : `${method[1]}-${method[2]}`);
  }
}
