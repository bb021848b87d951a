// Parses a Go template into nodes, as text/template/parse/parse.go does, with its error texts. Errors are values: after the first one every function
// returns at once.
import { Template } from './template';
import { fieldIndex } from './fields';
import { REFUSED, functionIndex } from './functions';
import { Item, Lexer, Token } from './lexer';
import { readNumber, unquote } from './literals';
import { Flag, Kind, Node, append, child, constantOf, keep, newNode, sourceOf, takeKept } from './node';
import { MAX_DEPTH } from './values/limits';
import { lift, setBool, quoted } from './values/value';

/** Parses `source`. The result may have an error. */
export function parseTemplate(name: string, source: string, missingKeyIsError: bool): Template {
  takeKept();
  const template = new Template(name, missingKeyIsError);
  const size = String.UTF8.byteLength(source);
  const text = keep(size);
  String.UTF8.encodeUnsafe(changetype<usize>(source), source.length, text);
  template.begin = text;
  const parser = new Parser(template, new Lexer(text, text + size));
  parser.parse();
  template.error = parser.error;
  template.kept = takeKept();
  return template;
}

class Parser {
  error: string = '';
  private readonly tokens: Item[] = [];
  private token: Item;
  private vars: string[] = ['$'];
  private readonly varNames: string[] = ['$'];
  private actionLine: i32 = 0;
  private ranges: i32 = 0;
  private depth: u32 = 0;

  constructor(
    readonly template: Template,
    readonly lexer: Lexer,
  ) {
    this.token = new Item(Token.eof, lexer.begin, lexer.begin, 1);
  }

  private get ok(): bool {
    return this.error == '';
  }

  private next(): Item {
    if (this.tokens.length != 0) return this.tokens.pop();
    this.token = this.lexer.next();
    return this.token;
  }

  private back(item: Item): void {
    this.tokens.push(item);
  }

  private peek(): Item {
    const item = this.next();
    this.back(item);
    return item;
  }

  private nextNonSpace(): Item {
    let item = this.next();
    while (item.type == Token.space) item = this.next();
    return item;
  }

  private peekNonSpace(): Item {
    const item = this.nextNonSpace();
    this.back(item);
    return item;
  }

  private fail(text: string): void {
    if (this.ok) this.error = 'template: ' + this.template.name + ':' + this.token.line.toString() + ': ' + text;
  }

  private unexpected(item: Item, context: string): void {
    if (item.type != Token.error) return this.fail('unexpected ' + itemText(item) + ' in ' + context);
    let extra = '';
    if (this.actionLine != 0 && this.actionLine != item.line) {
      extra = ' in action started at ' + this.template.name + ':' + this.actionLine.toString();
      if (item.error.endsWith(' action')) extra = extra.substring(10);
    }
    this.fail(item.error + extra);
  }

  private expect(type: u8, context: string): Item {
    const item = this.nextNonSpace();
    if (item.type != type) this.unexpected(item, context);
    return item;
  }

  private deeper(): bool {
    if (++this.depth > MAX_DEPTH) this.fail('max expression depth exceeded');
    return this.ok;
  }

  parse(): void {
    const root = newNode(Kind.list, this.peek().at);
    while (this.ok && this.peek().type != Token.eof) {
      if (this.peek().type == Token.leftDelim) {
        const delim = this.next();
        const item = this.nextNonSpace();
        if (item.type == Token.define) {
          this.definition();
          continue;
        }
        this.back(item);
        this.back(delim);
      }
      const node = this.textOrAction();
      if (node === null) return;
      if (node.kind >= Kind.elseBranch) this.fail('unexpected ' + endText(node));
      else append(root, node);
    }
    this.add(this.template.name, root);
  }

  private add(name: string, root: Node): void {
    if (!this.ok) return;
    const template = this.template;
    const i = template.names.indexOf(name);
    if (i < 0) {
      template.names.push(name);
      template.roots.push(changetype<usize>(root));
    } else if (isEmpty(changetype<Node>(template.roots[i]))) template.roots[i] = changetype<usize>(root);
    else if (!isEmpty(root)) this.fail('template: multiple definition of template ' + quoted(name));
  }

  private definition(): void {
    const context = 'define clause';
    const name = this.templateName(this.nextNonSpace(), context);
    if (!this.ok) return;
    this.expect(Token.rightDelim, context);
    this.inner(name, context);
  }

  /** The list of a template of its own, up to its end. */
  private inner(name: string, context: string): void {
    const vars = this.vars;
    const ranges = this.ranges;
    this.vars = ['$'];
    this.ranges = 0;
    const body = this.itemList();
    if (this.ok && this.last!.kind != Kind.end) this.fail('unexpected ' + endText(this.last!) + ' in ' + context);
    this.vars = vars;
    this.ranges = ranges;
    if (this.ok) this.add(name, body);
  }

  /** The node that ended the last item list. */
  private last: Node | null = null;

  private itemList(): Node {
    const list = newNode(Kind.list, this.peekNonSpace().at);
    this.last = null;
    if (!this.deeper()) return list;
    while (this.ok && this.peekNonSpace().type != Token.eof) {
      const node = this.textOrAction();
      if (node === null) return list;
      if (node.kind >= Kind.elseBranch) {
        this.last = node;
        this.depth--;
        return list;
      }
      append(list, node);
    }
    this.fail('unexpected EOF');
    return list;
  }

  private textOrAction(): Node | null {
    const item = this.nextNonSpace();
    if (item.type == Token.text) {
      const node = newNode(Kind.text, item.at);
      node.textAt = <u32>item.at;
      node.textSize = <u32>(item.end - item.at);
      return node;
    }
    if (item.type == Token.leftDelim) {
      this.actionLine = item.line;
      const node = this.action();
      this.actionLine = 0;
      return this.ok ? node : null;
    }
    this.unexpected(item, 'input');
    return null;
  }

  private action(): Node | null {
    const item = this.nextNonSpace();
    if (item.type == Token.block) return this.block();
    if (item.type == Token.breakLoop) return this.loopExit(item, Kind.breakLoop, 'break');
    if (item.type == Token.continueLoop) return this.loopExit(item, Kind.continueLoop, 'continue');
    if (item.type == Token.elseBranch) return this.elseControl();
    if (item.type == Token.end) return newNode(Kind.end, this.expect(Token.rightDelim, 'end').at);
    if (item.type == Token.ifBranch) return this.control(Kind.ifBranch, 'if');
    if (item.type == Token.range) return this.control(Kind.range, 'range');
    if (item.type == Token.withBranch) return this.control(Kind.withBranch, 'with');
    if (item.type == Token.template) return this.templateControl();
    this.back(item);
    const node = newNode(Kind.action, this.peek().at);
    node.pipe = this.pipeline('command', Token.rightDelim);
    return node;
  }

  private loopExit(at: Item, kind: u8, word: string): Node {
    const item = this.nextNonSpace();
    if (item.type != Token.rightDelim) this.unexpected(item, '{{' + word + '}}');
    else if (this.ranges == 0) this.fail('{{' + word + '}} outside {{range}}');
    return newNode(kind, at.at);
  }

  private elseControl(): Node {
    const item = this.peekNonSpace();
    if (item.type == Token.ifBranch || item.type == Token.withBranch) return newNode(Kind.elseBranch, item.at);
    return newNode(Kind.elseBranch, this.expect(Token.rightDelim, 'else').at);
  }

  private control(kind: u8, context: string): Node {
    const vars = this.vars.length;
    const pipe = this.pipeline(context, Token.rightDelim);
    const node = newNode(kind, pipe.at);
    node.pipe = pipe;
    if (!this.ok) return node;
    if (kind == Kind.range) this.ranges++;
    node.body = this.itemList();
    if (kind == Kind.range) this.ranges--;
    const last = this.last;
    if (!this.ok || last === null) return node;
    if (last.kind == Kind.elseBranch) {
      const next = this.peek().type;
      const chained = (kind == Kind.ifBranch && next == Token.ifBranch) || (kind == Kind.withBranch && next == Token.withBranch);
      if (chained) {
        this.next();
        const list = newNode(Kind.list, last.at);
        if (this.deeper()) append(list, this.control(kind, context));
        this.depth--;
        node.otherwise = list;
      } else {
        node.otherwise = this.itemList();
        if (this.ok && this.last!.kind != Kind.end) this.fail('expected end; found ' + endText(this.last!));
      }
    }
    while (this.vars.length > vars) this.vars.pop();
    return node;
  }

  private block(): Node {
    const context = 'block clause';
    const item = this.nextNonSpace();
    const name = this.templateName(item, context);
    const node = newNode(Kind.template, item.at);
    if (!this.ok) return node;
    unquote(node, item.at, item.end);
    node.pipe = this.pipeline(context, Token.rightDelim);
    if (this.ok) this.inner(name, context);
    return node;
  }

  private templateControl(): Node {
    const context = 'template clause';
    const item = this.nextNonSpace();
    this.templateName(item, context);
    const node = newNode(Kind.template, item.at);
    if (!this.ok) return node;
    unquote(node, item.at, item.end);
    const next = this.nextNonSpace();
    if (next.type == Token.rightDelim) return node;
    this.back(next);
    node.pipe = this.pipeline(context, Token.rightDelim);
    return node;
  }

  private templateName(item: Item, context: string): string {
    if (item.type != Token.string && item.type != Token.rawString) {
      this.unexpected(item, context);
      return '';
    }
    const node = newNode(Kind.string, item.at);
    if (!unquote(node, item.at, item.end)) this.fail('invalid syntax');
    return lift(constantOf(node));
  }

  private pipeline(context: string, end: u8): Node {
    const first = this.peekNonSpace();
    const pipe = newNode(Kind.pipe, first.at);
    const declared: Node[] = [];
    while (this.ok && this.peekNonSpace().type == Token.variable) {
      const variable = this.nextNonSpace();
      const after = this.next();
      const next = after.type == Token.space ? this.nextNonSpace() : after;
      const comma = next.type == Token.char && load<u8>(next.at) == 0x2c;
      if (next.type == Token.assign || next.type == Token.declare || comma) {
        if (next.type == Token.assign) pipe.flags |= Flag.assigns;
        declared.push(this.variable(variable));
        this.vars.push(variable.text);
        if (!comma) break;
        if (context != 'range' || declared.length >= 2) {
          this.fail('too many declarations in ' + context);
          break;
        }
        const t = this.peekNonSpace().type;
        if (t == Token.variable || t == Token.rightDelim || t == Token.rightParen) continue;
        this.fail('range can only initialize variables');
        break;
      }
      this.back(next);
      if (after.type == Token.space) this.back(after);
      this.back(variable);
      break;
    }
    while (this.ok) {
      const item = this.nextNonSpace();
      if (item.type == end) {
        this.check(pipe, context);
        break;
      }
      const t = item.type;
      const operand =
        (t >= Token.bool && t <= Token.complex && t != Token.char) ||
        (t >= Token.field && t <= Token.number && t != Token.leftDelim) ||
        t == Token.rawString ||
        t == Token.string ||
        t == Token.variable ||
        t == Token.dot ||
        t == Token.nil;
      if (!operand) {
        this.unexpected(item, context);
        break;
      }
      this.back(item);
      const command = this.command();
      if (this.ok) append(pipe, command);
    }
    pipe.declared = <u16>declared.length;
    for (let i = 0; i < declared.length; i++) append(pipe, declared[i]);
    return pipe;
  }

  private check(pipe: Node, context: string): void {
    if (pipe.childCount == 0) return this.fail('missing value for ' + context);
    for (let i: u32 = 1; i < pipe.childCount; i++) {
      const kind = child(child(pipe, i), 0).kind;
      if (kind >= Kind.dot && kind <= Kind.string) {
        return this.fail('non executable command in pipeline stage ' + (i + 1).toString());
      }
    }
  }

  private command(): Node {
    const node = newNode(Kind.command, this.peekNonSpace().at);
    while (this.ok) {
      this.peekNonSpace();
      const operand = this.operand();
      if (!this.ok) return node;
      if (operand !== null) append(node, operand);
      const item = this.next();
      if (item.type == Token.space) continue;
      if (item.type == Token.rightDelim || item.type == Token.rightParen) this.back(item);
      else if (item.type != Token.pipe) this.unexpected(item, 'operand');
      break;
    }
    if (node.childCount == 0) this.fail('empty command');
    return node;
  }

  private operand(): Node | null {
    const node = this.term();
    if (node === null || !this.ok || this.peek().type != Token.field) return node;
    const k = node.kind;
    if (k == Kind.bool || k == Kind.string || k == Kind.number || k == Kind.nil || k == Kind.dot) {
      while (this.peek().type == Token.field) this.next();
      this.fail('unexpected . after term ' + quoted(sourceOf(node)));
      return null;
    }
    const inPlace = k == Kind.field || k == Kind.variable;
    const chain = inPlace ? node : newNode(Kind.chain, this.peek().at);
    if (inPlace) chain.at = <u32>this.peek().at;
    else chain.pipe = node;
    while (this.peek().type == Token.field) {
      const item = this.next();
      this.addName(chain, item.at + 1, item.end);
    }
    return chain;
  }

  private addName(node: Node, at: usize, end: usize): void {
    const name = newNode(Kind.name, at);
    name.textAt = <u32>at;
    name.textSize = <u32>(end - at);
    name.index = fieldIndex(String.UTF8.decodeUnsafe(at, end - at));
    append(node, name);
  }

  private variable(item: Item): Node {
    const node = newNode(Kind.variable, item.at);
    node.textAt = <u32>item.at;
    node.textSize = <u32>(item.end - item.at);
    const name = item.text;
    let i = this.varNames.indexOf(name);
    if (i < 0) i = this.varNames.push(name) - 1;
    node.index = i;
    return node;
  }

  private term(): Node | null {
    const item = this.nextNonSpace();
    const t = item.type;
    if (t == Token.identifier) return this.identifier(item);
    if (t == Token.dot) return newNode(Kind.dot, item.at);
    if (t == Token.nil) return newNode(Kind.nil, item.at);
    if (t == Token.variable) {
      if (!this.vars.includes(item.text)) this.fail('undefined variable ' + quoted(item.text));
      return this.variable(item);
    }
    if (t == Token.field) {
      const node = newNode(Kind.field, item.at);
      this.addName(node, item.at + 1, item.end);
      return node;
    }
    if (t == Token.leftParen) {
      if (!this.deeper()) return null;
      const pipe = this.pipeline('parenthesized pipeline', Token.rightParen);
      this.depth--;
      return pipe;
    }
    const constant = newNode(t == Token.bool ? Kind.bool : t == Token.string || t == Token.rawString ? Kind.string : Kind.number, item.at);
    constant.textAt = <u32>item.at;
    constant.textSize = <u32>(item.end - item.at);
    if (t == Token.bool) setBool(constantOf(constant), item.text == 'true');
    else if (t == Token.string || t == Token.rawString) {
      if (!unquote(constant, item.at, item.end)) this.fail('invalid syntax');
    } else if (t == Token.charConstant || t == Token.complex || t == Token.number) {
      const error = readNumber(constant, item.at, item.end, t == Token.charConstant);
      if (error != '') this.fail(error);
    } else {
      this.back(item);
      return null;
    }
    return constant;
  }

  private identifier(item: Item): Node {
    const node = newNode(Kind.identifier, item.at);
    node.textAt = <u32>item.at;
    node.textSize = <u32>(item.end - item.at);
    const name = item.text;
    const index = functionIndex(name);
    if (index >= 0) node.index = index;
    else if (REFUSED.includes(name)) {
      this.fail(
        'function ' + quoted(name) + ' is not available here: a template can reach nothing but the record and the clock, and makes no keys',
      );
    } else this.fail('function ' + quoted(name) + ' not defined');
    return node;
  }
}

function endText(node: Node): string {
  return node.kind == Kind.end ? '{{end}}' : '{{else}}';
}

function itemText(item: Item): string {
  if (item.type == Token.eof) return 'EOF';
  const text = item.text;
  if (item.type > Token.keyword) return '<' + text + '>';
  return item.end - item.at > 10 ? quoted(text.substring(0, 10)) + '...' : quoted(text);
}

function isEmpty(node: Node): bool {
  if (node.kind == Kind.text) {
    for (let p = node.textAt; p < node.textAt + node.textSize; p++) {
      const c = load<u8>(p);
      if (c != 0x20 && (c < 9 || c > 13)) return false;
    }
    return true;
  }
  if (node.kind != Kind.list) return false;
  for (let i: u32 = 0; i < node.childCount; i++) if (!isEmpty(child(node, i))) return false;
  return true;
}
