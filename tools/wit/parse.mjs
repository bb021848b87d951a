// Reads the WIT in wit/ into plain data, with the doc comments. jco offers no resolved WIT (its `wit` prints names only, its types drop integer
// widths), so this is a parser of the part of the language that wit/ uses. It refuses everything else, because a construct that it does not know must
// stop the build and not become a wrong layout. jco parses the same files in the next build step and refuses files that are not WIT.
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const PRIMITIVES = new Set(['bool', 'u8', 's8', 'u16', 's16', 'u32', 's32', 'u64', 's64', 'f32', 'f64', 'char', 'string']);
const TOKEN = /\s+|(\/\/[^\n]*)|(->|%?[a-zA-Z][a-zA-Z0-9-]*|[0-9][0-9a-zA-Z+-]*(?:\.[0-9a-zA-Z+-]+)*|[{}()<>,;:=/@.*_])/y;

/** The tokens, and the doc comments (`///`) by the number of the token that follows. */
function tokenize(text, file) {
  const tokens = [];
  const docs = new Map();
  let doc = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new Error(`${file}: unexpected ${JSON.stringify(text.slice(at, at + 20))}`);
    const [, comment, token] = match;
    if (comment?.startsWith('///')) doc.push(comment.slice(3).replace(/^ /, ''));
    if (token === undefined) continue;
    if (doc.length > 0) docs.set(tokens.length, doc.join('\n'));
    doc = [];
    tokens.push(token.replace(/^%/, ''));
  }
  return { tokens, docs };
}

class Parser {
  constructor(text, file) {
    ({ tokens: this.tokens, docs: this.docs } = tokenize(text, file));
    this.file = file;
    this.at = 0;
  }
  peek() {
    return this.tokens[this.at];
  }
  /** The doc comment before the next token; '' if there is none. */
  doc() {
    return this.docs.get(this.at) ?? '';
  }
  next() {
    if (this.at >= this.tokens.length) this.fail('unexpected end');
    return this.tokens[this.at++];
  }
  fail(message) {
    throw new Error(`${this.file}: ${message} near "${this.tokens.slice(Math.max(0, this.at - 4), this.at + 2).join(' ')}"`);
  }
  eat(token) {
    if (this.peek() !== token) return false;
    this.at++;
    return true;
  }
  expect(token) {
    if (!this.eat(token)) this.fail(`expected "${token}", came "${this.peek()}"`);
  }
  /** Items up to `close`, separated by commas, a last comma allowed. */
  list(close, item) {
    const out = [];
    while (!this.eat(close)) {
      out.push(item());
      if (!this.eat(',')) {
        this.expect(close);
        break;
      }
    }
    return out;
  }
  /** `a:b/c@1.2.3` or `c`, as text. */
  reference() {
    let text = this.next();
    for (const mark of [':', '/', '@']) if (this.peek() === mark) text += this.next() + this.next();
    return text;
  }

  type() {
    const name = this.next();
    if (PRIMITIVES.has(name)) return { kind: name };
    if (name === 'list' || name === 'option' || name === 'borrow' || name === 'own') {
      this.expect('<');
      const of = this.type();
      this.expect('>');
      return { kind: name, of };
    }
    if (name === 'tuple') {
      this.expect('<');
      return { kind: 'tuple', of: this.list('>', () => this.type()) };
    }
    if (name === 'result') {
      if (!this.eat('<')) return { kind: 'result', ok: null, error: null };
      const ok = this.eat('_') ? null : this.type();
      const error = this.eat(',') ? this.type() : null;
      this.expect('>');
      return { kind: 'result', ok, error };
    }
    return { kind: 'named', name };
  }
  func() {
    this.expect('func');
    this.expect('(');
    const params = this.list(')', () => this.field());
    const result = this.eat('->') ? this.type() : null;
    this.expect(';');
    return { params, result };
  }
  field() {
    const doc = this.doc();
    const name = this.next();
    this.expect(':');
    return { name, doc, type: this.type() };
  }
  /** A case of an enum. */
  case() {
    const doc = this.doc();
    return { name: this.next(), doc };
  }
  /** A case of a variant; one without a payload has the type null. */
  variantCase() {
    const doc = this.doc();
    const name = this.next();
    if (!this.eat('(')) return { name, doc, type: null };
    const type = this.type();
    this.expect(')');
    return { name, doc, type };
  }

  interface(name, doc) {
    const out = { name, doc, types: new Map(), uses: new Map(), functions: [] };
    this.expect('{');
    while (!this.eat('}')) {
      const doc = this.doc();
      const word = this.next();
      if (word === 'use') {
        const from = this.reference();
        this.expect('.');
        this.expect('{');
        for (const item of this.list('}', () => this.next())) out.uses.set(item, from);
        this.expect(';');
      } else if (word === 'type') {
        const alias = this.next();
        this.expect('=');
        out.types.set(alias, { kind: 'alias', doc, of: this.type() });
        this.expect(';');
      } else if (word === 'record') {
        const id = this.next();
        this.expect('{');
        out.types.set(id, { kind: 'record', doc, fields: this.list('}', () => this.field()) });
      } else if (word === 'enum') {
        const id = this.next();
        this.expect('{');
        out.types.set(id, { kind: 'enum', doc, cases: this.list('}', () => this.case()) });
      } else if (word === 'variant') {
        const id = this.next();
        this.expect('{');
        out.types.set(id, { kind: 'variant', doc, cases: this.list('}', () => this.variantCase()) });
      } else if (word === 'resource') {
        const id = this.next();
        out.types.set(id, { kind: 'resource', doc });
        if (this.eat(';')) continue;
        this.expect('{');
        while (!this.eat('}')) {
          const methodDoc = this.doc();
          const method = this.next();
          this.expect(':');
          const isStatic = this.eat('static');
          const f = this.func();
          if (!isStatic) f.params.unshift({ name: 'self', type: { kind: 'borrow', of: { kind: 'named', name: id } } });
          out.functions.push({ name: `[${isStatic ? 'static' : 'method'}]${id}.${method}`, doc: methodDoc, ...f });
        }
      } else if (this.eat(':')) {
        out.functions.push({ name: word, doc, ...this.func() });
      } else this.fail(`"${word}" is not supported`);
    }
    return out;
  }
  package() {
    this.expect('package');
    const name = this.reference();
    this.expect(';');
    const interfaces = new Map();
    const worlds = new Map();
    while (this.at < this.tokens.length) {
      const doc = this.doc();
      const word = this.next();
      if (word === 'interface') {
        const id = this.next();
        interfaces.set(id, this.interface(id, doc));
      } else if (word === 'world') {
        const id = this.next();
        const world = { includes: [], imports: [], exports: [] };
        this.expect('{');
        while (!this.eat('}')) {
          const what = this.next();
          if (!['include', 'import', 'export'].includes(what)) this.fail(`"${what}" is not supported in a world`);
          world[`${what}s`].push(this.reference());
          this.expect(';');
        }
        worlds.set(id, world);
      } else this.fail(`"${word}" is not supported`);
    }
    return { name, interfaces, worlds };
  }
}

/** `conduit:kafka/consumer@0.1.0` from the package's name and a reference in it. */
function fullName(packageName, reference) {
  if (reference.includes('/')) return reference;
  const [name, version] = packageName.split('@');
  return `${name}/${reference}@${version}`;
}

/**
 * The world `world` of the WIT in `folder`: `imports` and `exports` as lists of interfaces, each with its full name, types (also
 * those it uses) and functions. `interfaces` holds all that these refer to, in the order of their names.
 */
export function readWorld(folder, world) {
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((f) => f.endsWith('.wit'))
    .sort();
  const interfaces = new Map();
  const worlds = new Map();
  let root = null;
  for (const file of files) {
    const parsed = new Parser(readFileSync(path.join(folder, file), 'utf8'), file).package();
    for (const [id, value] of parsed.interfaces) {
      for (const [item, from] of value.uses) value.uses.set(item, fullName(parsed.name, from));
      interfaces.set(fullName(parsed.name, id), {
        ...value,
        package: parsed.name.replace(/@.*$/, ''),
        fullName: fullName(parsed.name, id),
      });
    }
    for (const [id, value] of parsed.worlds) {
      const resolve = (list) => list.map((reference) => fullName(parsed.name, reference));
      worlds.set(fullName(parsed.name, id), {
        includes: resolve(value.includes),
        imports: resolve(value.imports),
        exports: resolve(value.exports),
      });
      if (id === world && path.dirname(file) === '.') root = fullName(parsed.name, id);
    }
  }
  if (root === null) throw new Error(`${folder}: no world ${world}`);
  const get = (name) =>
    interfaces.get(name) ??
    (() => {
      throw new Error(`${folder}: no interface ${name}`);
    })();
  const collect = (name) => {
    const w =
      worlds.get(name) ??
      (() => {
        throw new Error(`${folder}: no world ${name}`);
      })();
    const all = { imports: w.imports.map(get), exports: w.exports.map(get) };
    for (const include of w.includes) {
      const more = collect(include);
      all.imports.push(...more.imports);
      all.exports.push(...more.exports);
    }
    return { imports: [...new Set(all.imports)], exports: [...new Set(all.exports)] };
  };
  const { imports, exports } = collect(root);
  const needed = new Map();
  const need = (i) => {
    if (needed.has(i.fullName)) return;
    needed.set(i.fullName, i);
    for (const from of i.uses.values()) need(get(from));
  };
  [...imports, ...exports].forEach(need);
  return { imports, exports, interfaces: new Map([...needed].sort(([a], [b]) => (a < b ? -1 : 1))) };
}
