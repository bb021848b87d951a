// Generates AssemblyScript classes from the WIT: managed values with `lower` (into a view) and `lift` (out of a view), and the resources that the
// guest imports, with their functions. A type that holds bytes has no class, because that would copy them: it is read and written through its view.
import { HANDLES, SCALARS, camel, pascal } from './layouts.mjs';

/** Names that AssemblyScript reserves. */
const RENAMED = { 'conduit:connector.error': 'ConnectorError' };

/** Classes of the interfaces of one package. */
export class ClassWriter {
  constructor(layouts, packageName) {
    this.layouts = layouts;
    this.package = packageName;
    /** Name -> text. */
    this.classes = new Map();
    this.externals = [];
    /** Which of lower, lowerAll, lift and liftAll a type needs: `conduit:kafka.tls lower`. */
    this.needed = new Set();
    this.findNeeded();
  }

  // Values that the guest sends (parameters of imports, results of exports) are lowered, values that it gets are lifted.
  findNeeded() {
    const { imports, exports } = this.layouts.world;
    const walk = (owners, params, results) => {
      for (const owner of owners)
        for (const f of owner.functions) {
          for (const p of f.params) this.need(p.type, owner, params);
          if (f.result !== null) this.need(f.result, owner, results);
        }
    };
    walk(imports, 'lower', 'lift');
    walk(exports, 'lift', 'lower');
  }
  need(reference, from, direction, isInList = false) {
    const { type, owner } = this.layouts.resolve(reference, from);
    const inside = (types, list = false) => {
      for (const t of types) if (t !== null) this.need(t, owner, direction, list);
    };
    if (type.kind === 'list') inside([type.of], true);
    if (type.kind === 'option') inside([type.of]);
    if (type.kind === 'tuple') inside(type.of);
    if (type.kind === 'result') {
      const isRead = direction === 'lift' && type.ok !== null && this.isListOfRecords(this.layouts.resolve(type.ok, owner));
      inside([isRead ? null : type.ok, type.error]);
    }
    if (type.kind !== 'record' && type.kind !== 'variant') return;
    const key = `${owner.package}.${this.layouts.name(type, owner)} ${direction}`;
    if (isInList) this.needed.add(`${key}All`);
    if (this.needed.has(key)) return;
    this.needed.add(key);
    inside((type.fields ?? type.cases).map((part) => part.type));
  }

  interface(owner) {
    for (const [name, type] of owner.types) {
      const named = { ...type, name };
      if ((type.kind === 'record' || type.kind === 'variant') && this.isManaged(named, owner))
        this.classes.set(this.className(named, owner), type.kind === 'record' ? this.record(named, owner) : this.variant(named, owner));
    }
    if (!this.layouts.world.imports.includes(owner)) return;
    for (const [name, type] of owner.types) if (type.kind === 'resource') this.classes.set(pascal(name), this.resource(name, type, owner));
  }

  className(type, owner) {
    return RENAMED[`${owner.package}.${type.name}`] ?? this.layouts.name(type, owner);
  }
  viewName(type, owner) {
    return `${this.layouts.name(type, owner)}View`;
  }
  /** True for a type that has a class or needs none: every type but bytes and handles. */
  isManaged(reference, from) {
    const { type, owner } = this.layouts.resolve(reference, from);
    switch (type.kind) {
      case 'record':
        return type.fields.every((f) => this.isManaged(f.type, owner));
      case 'variant':
        return type.cases.every((c) => c.type === null || this.isManaged(c.type, owner));
      case 'list': {
        const item = this.layouts.resolve(type.of, owner).type.kind;
        return (item === 'string' || item === 'record' || item === 'variant') && this.isManaged(type.of, owner);
      }
      case 'option':
        return this.layouts.resolve(type.of, owner).type.kind !== 'option' && this.isManaged(type.of, owner);
      default:
        return type.kind in SCALARS || type.kind === 'string' || type.kind === 'enum';
    }
  }
  /** True for a list that is read through its view. The host decides its length, and the guest's heap of managed objects is small. */
  isListOfRecords({ type, owner }) {
    return type.kind === 'list' && this.layouts.resolve(type.of, owner).type.kind === 'record';
  }
  number({ kind, cases }) {
    if (kind in SCALARS) return SCALARS[kind][1];
    return kind === 'enum' ? `u${8 * this.layouts.caseBytes(cases.length)}` : null;
  }
  /** The AssemblyScript type of a value. */
  valueType(reference, from) {
    const { type, owner } = this.layouts.resolve(reference, from);
    if (type.kind === 'string') return 'string';
    if (type.kind === 'list') return `${this.valueType(type.of, owner)}[]`;
    if (type.kind === 'option') return `${this.valueType(type.of, owner)} | null`;
    return this.number(type) ?? this.className(type, owner);
  }
  initial(reference, from) {
    const { type, owner } = this.layouts.resolve(reference, from);
    if (type.kind === 'string') return "''";
    if (type.kind === 'list') return '[]';
    if (type.kind === 'option') return 'null';
    if (type.kind === 'bool') return 'false';
    if (this.number(type) !== null) return '0';
    const name = this.className(type, owner);
    if (type.kind !== 'variant') return `new ${name}()`;
    const [first] = type.cases;
    return `${name}.${camel(first.name)}(${first.type === null ? '' : this.initial(first.type, owner)})`;
  }
  /** The statement that writes `value` into the accessor `view`. */
  lower(reference, from, value, view) {
    const { type, owner } = this.layouts.resolve(reference, from);
    if (this.number(type) !== null) return `${view} = ${value};`;
    if (type.kind === 'string') return `${view}.lower(${value});`;
    if (type.kind !== 'list') return `${value}.lower(${view});`;
    const item = this.layouts.resolve(type.of, owner);
    return item.type.kind === 'string'
      ? `lowerStrings(${value}, ${view});`
      : `${this.className(item.type, item.owner)}.lowerAll(${value}, ${view});`;
  }
  /** The expression for the value of the accessor `view`. */
  lift(reference, from, view) {
    const { type, owner } = this.layouts.resolve(reference, from);
    if (this.number(type) !== null) return view;
    if (type.kind === 'string') return `${view}.lift()`;
    if (type.kind !== 'list') return `${this.className(type, owner)}.lift(${view})`;
    const item = this.layouts.resolve(type.of, owner);
    return item.type.kind === 'string' ? `liftStrings(${view})` : `${this.className(item.type, item.owner)}.liftAll(${view})`;
  }
  /** A field as members of a class; an option of a number is two of them. */
  members({ name, type: reference }, owner) {
    const field = camel(name);
    const { type, owner: o } = this.layouts.resolve(reference, owner);
    if (type.kind !== 'option')
      return [
        {
          declaration: `${field}: ${this.valueType(reference, owner)} = ${this.initial(reference, owner)}`,
          lower: [this.lower(reference, owner, `this.${field}`, `view.${field}`)],
          lift: this.lift(reference, owner, `view.${field}`),
        },
      ];
    const has = `has${pascal(name)}`;
    if (this.number(this.layouts.resolve(type.of, o).type) !== null)
      return [
        { declaration: `${has}: bool = false`, lower: [`view.${has} = this.${has};`], lift: `view.${has}` },
        {
          declaration: `${field}: ${this.valueType(type.of, o)} = ${this.initial(type.of, o)}`,
          lower: [`view.${field} = this.${field};`],
          lift: `view.${field}`,
        },
      ];
    return [
      {
        declaration: `${field}: ${this.valueType(reference, owner)} = null`,
        lower: [
          `const ${field} = this.${field};`,
          `view.${has} = ${field} !== null;`,
          `if (${field} !== null) ${this.lower(type.of, o, field, `view.${field}`)}`,
        ],
        lift: `view.${has} ? ${this.lift(type.of, o, `view.${field}`)} : null`,
      },
    ];
  }

  record(type, owner) {
    const name = this.className(type, owner);
    const members = type.fields.flatMap((f) => this.members(f, owner));
    return (
      `${this.heading(type, owner)}export class ${name} {\n  constructor(\n` +
      members.map(({ declaration }) => `    public ${declaration},\n`).join('') +
      '  ) {}\n' +
      this.conversions(
        type,
        owner,
        members.flatMap(({ lower }) => lower),
        `    return new ${name}(\n${members.map(({ lift }) => `      ${lift},\n`).join('')}    );\n`,
      ) +
      '}\n'
    );
  }
  /** The tag, and a value that is null unless the case is there. */
  variant(type, owner) {
    const name = this.className(type, owner);
    const cases = `${this.layouts.name(type, owner)}Case`;
    const fields = type.cases.filter((c) => c.type !== null);
    for (const c of fields)
      if (this.number(this.layouts.resolve(c.type, owner).type) !== null || this.layouts.resolve(c.type, owner).type.kind === 'option')
        throw new Error(`${owner.fullName}.${type.name}: a payload that is a number or an option is not supported`);
    const makers = type.cases.map((c) =>
      c.type === null
        ? `  static ${camel(c.name)}(): ${name} {\n    return new ${name}(${cases}.${camel(c.name)});\n  }\n`
        : `  static ${camel(c.name)}(value: ${this.valueType(c.type, owner)}): ${name} {\n` +
          `    const made = new ${name}(${cases}.${camel(c.name)});\n    made.${camel(c.name)}Value = value;\n    return made;\n  }\n`,
    );
    return (
      `${this.heading(type, owner)}export class ${name} {\n` +
      fields.map((c) => `  ${camel(c.name)}Value: ${this.valueType(c.type, owner)} | null = null;\n`).join('') +
      `\n  /** \`tag\` is one of ${cases}; the values of the other cases are null. */\n  private constructor(public tag: u8) {}\n\n` +
      makers.join('') +
      this.conversions(
        type,
        owner,
        [
          'view.tag = this.tag;',
          ...fields.map(
            (c) =>
              `if (this.tag == ${cases}.${camel(c.name)}) ${this.lower(c.type, owner, `this.${camel(c.name)}Value!`, `view.${camel(c.name)}`)}`,
          ),
        ],
        type.cases
          .map(
            (c) =>
              `    if (view.tag == ${cases}.${camel(c.name)}) return ${name}.${camel(c.name)}(${c.type === null ? '' : this.lift(c.type, owner, `view.${camel(c.name)}`)});\n`,
          )
          .join('') + "    return abort('unknown case of a variant');\n",
      ) +
      '}\n'
    );
  }
  /** Those of the methods lower, lowerAll, lift and liftAll that are used. */
  conversions(type, owner, lower, lift) {
    const name = this.className(type, owner);
    const view = this.viewName(type, owner);
    const needs = (direction) => this.needed.has(`${owner.package}.${this.layouts.name(type, owner)} ${direction}`);
    let text = '';
    if (needs('lower')) text += `\n  lower(view: ${view}): void {\n${lower.map((line) => `    ${line}\n`).join('')}  }\n`;
    if (needs('lowerAll'))
      text +=
        `  static lowerAll(all: ${name}[], out: ListSlot<${view}>): void {\n    out.allocate(all.length);\n` +
        '    for (let i = 0; i < all.length; i++) all[i].lower(out.at(i));\n  }\n';
    if (needs('lift')) text += `\n  static lift(view: ${view}): ${name} {\n${lift}  }\n`;
    if (needs('liftAll'))
      text +=
        `  static liftAll(list: ListSlot<${view}>): ${name}[] {\n    const all = new Array<${name}>();\n` +
        `    for (let i: u32 = 0; i < list.length; i++) all.push(${name}.lift(list.at(i)));\n    return all;\n  }\n`;
    return text;
  }
  heading({ name, doc }, owner) {
    return comment(`${owner.fullName}.${name}${doc === '' ? '' : `\n${doc}`}`);
  }

  /** The class of a resource that the host holds, with one method for each of its functions. */
  resource(name, type, owner) {
    const functions = owner.functions.filter((f) => f.name.startsWith(`[static]${name}.`) || f.name.startsWith(`[method]${name}.`));
    return (
      `${this.heading({ ...type, name }, owner)}export class ${pascal(name)} {\n  constructor(readonly handle: i32) {}\n\n` +
      functions.map((f) => this.method(f, owner)).join('\n') +
      '}\n'
    );
  }
  method(f, owner) {
    const external = `__${camel(this.layouts.functionName(f, owner)).replace(/^./, (c) => c.toLowerCase())}`;
    const isStatic = f.name.startsWith('[static]');
    const params = isStatic ? f.params : f.params.slice(1);
    const inMemory = this.layouts.hasParamsInMemory(f, owner);
    const hasResult = this.layouts.hasResultInMemory(f, owner);
    const lowered = inMemory ? null : params.map((p) => this.flatParameter(p, owner));
    const declared = inMemory ? ['params: usize'] : [...(isStatic ? [] : ['self: i32']), ...lowered.flatMap((l) => l.declared)];
    const args = inMemory ? ['changetype<usize>(params)'] : [...(isStatic ? [] : ['this.handle']), ...lowered.flatMap((l) => l.args)];
    if (f.result !== null && !hasResult) throw new Error(`${owner.fullName}#${f.name}: a plain result is not supported`);
    if (hasResult) {
      declared.push('result: usize');
      args.push('RESULT');
    }
    this.externals.push(`\n@external("${owner.fullName}", "${f.name}")\ndeclare function ${external}(${declared.join(', ')}): void;\n`);
    const view = `${this.layouts.functionName(f, owner)}Params`;
    const before = inMemory
      ? [
          `const params = changetype<${view}>(arenaZeroed(changetype<${view}>(0).SIZE, changetype<${view}>(0).ALIGN));`,
          ...params.map((p) => this.lower(p.type, owner, camel(p.name), `params.${camel(p.name)}`)),
        ]
      : lowered.flatMap((l) => l.before);
    const { returned, after } = hasResult ? this.methodResult(f, owner) : { returned: 'void', after: [] };
    return (
      (f.doc === '' ? '' : comment(f.doc, '  ')) +
      `  ${isStatic ? 'static ' : ''}${camel(f.name.replace(/^.*\./, ''))}(` +
      `${params.map((p) => `${camel(p.name)}: ${this.parameterType(p.type, owner)}`).join(', ')}): ${returned} {\n` +
      [...before, `${external}(${args.join(', ')});`, ...after].map((line) => `    ${line}\n`).join('') +
      '  }\n'
    );
  }
  parameterType(reference, from) {
    const { type, owner } = this.layouts.resolve(reference, from);
    if (HANDLES.includes(type.kind)) return this.resourceName(type, owner);
    return this.isManaged(reference, from) ? this.valueType(reference, from) : this.listOfViews(type, owner);
  }
  resourceName(type, owner) {
    return pascal(type.kind === 'resource' ? type.name : this.layouts.resolve(type.of, owner).type.name);
  }
  listOfViews(type, owner) {
    if (type.kind !== 'list') throw new Error(`${owner.fullName}: ${type.kind} with bytes is not supported here`);
    const item = this.layouts.resolve(type.of, owner);
    return `ListSlot<${this.viewName(item.type, item.owner)}>`;
  }
  /** A parameter that is passed as core values. */
  flatParameter(p, from) {
    const name = camel(p.name);
    const { type, owner } = this.layouts.resolve(p.type, from);
    if (HANDLES.includes(type.kind)) return { declared: [`${name}: i32`], args: [`${name}.handle`], before: [] };
    if (this.number(type) !== null) return { declared: [`${name}: ${this.number(type)}`], args: [name], before: [] };
    const declared = [`${name}: usize`, `${name}Length: u32`];
    if (type.kind === 'string') return { declared, args: [`changetype<usize>(${name})`, `${name}.length`], before: [] };
    if (type.kind !== 'list') throw new Error(`${owner.fullName}: ${p.name}, a ${type.kind}, is not supported as a parameter`);
    if (!this.isManaged(p.type, from)) return { declared, args: [`${name}.ptr`, `${name}.length`], before: [] };
    const item = this.layouts.resolve(type.of, owner);
    const view = item.type.kind === 'string' ? 'StringSlot' : this.viewName(item.type, item.owner);
    return {
      declared,
      args: [`${name}List.ptr`, `${name}List.length`],
      before: [`const ${name}List = newList<${view}>(0);`, this.lower(p.type, from, name, `${name}List`)],
    };
  }
  /** The return type of a method: an error or null, or a Result. */
  methodResult(f, from) {
    const { type, owner } = this.layouts.resolve(f.result, from);
    if (type.kind !== 'result' || type.error === null) throw new Error(`${from.fullName}#${f.name}: a result with an error was expected`);
    const error = this.layouts.resolve(type.error, owner);
    const errorClass = this.className(error.type, error.owner);
    const result = `const result = changetype<${this.layouts.functionName(f, from)}Result>(RESULT);`;
    const lifted = `${errorClass}.lift(result.error)`;
    if (type.ok === null) return { returned: `${errorClass} | null`, after: [result, `return result.isError ? ${lifted} : null;`] };
    const ok = this.layouts.resolve(type.ok, owner);
    if (this.number(ok.type) !== null) throw new Error(`${from.fullName}#${f.name}: a result that is a number is not supported`);
    const value = HANDLES.includes(ok.type.kind)
      ? [this.resourceName(ok.type, ok.owner), `new ${this.resourceName(ok.type, ok.owner)}(result.ok)`]
      : this.isManaged(type.ok, owner) && !this.isListOfRecords(ok)
        ? [this.valueType(type.ok, owner), this.lift(type.ok, owner, 'result.ok')]
        : [this.listOfViews(ok.type, ok.owner), 'result.ok.copy()'];
    return {
      returned: `Result<${value[0]}>`,
      after: [result, `return result.isError ? new Result<${value[0]}>(null, ${lifted}) : new Result<${value[0]}>(${value[1]}, null);`],
    };
  }
}

/** A doc comment with the same lines as in the WIT. */
export function comment(text, indent = '') {
  const lines = text.split('\n');
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} *${line === '' ? '' : ` ${line}`}\n`).join('')}${indent} */\n`;
}
