// Written by tools/wit/generate.mjs from wit/; do not edit.
// A view is an address with typed accessors: no object, no copy. Lists and strings are slots: address and length. A class is a value of
// the guest: `lower` writes it into a view, `lift` reads it from one.
import { BytesSlot, ListSlot, StringSlot } from './slots';

/** Bytes of the largest result of a function of conduit:connector. */
export const RESULT_SIZE = 56;

/** conduit:connector/errors@0.1.0.error-kind */
export namespace ErrorKind {
  export const invalidConfig: u8 = 0;
  export const invalidPosition: u8 = 1;
  export const permissionDenied: u8 = 2;
  export const timeout: u8 = 3;
  export const unavailable: u8 = 4;
  export const rejected: u8 = 5;
  export const limitExceeded: u8 = 6;
  export const cancelled: u8 = 7;
  export const other: u8 = 8;
  /** The case's WIT name. */
  export function nameOf(value: u8): string {
    if (value == 0) return "invalid-config";
    if (value == 1) return "invalid-position";
    if (value == 2) return "permission-denied";
    if (value == 3) return "timeout";
    if (value == 4) return "unavailable";
    if (value == 5) return "rejected";
    if (value == 6) return "limit-exceeded";
    if (value == 7) return "cancelled";
    if (value == 8) return "other";
    return "?";
  }
}

/** conduit:connector/log@0.1.0.level */
export namespace Level {
  export const trace: u8 = 0;
  export const debug: u8 = 1;
  export const info: u8 = 2;
  export const warn: u8 = 3;
  export const error: u8 = 4;
  /** The case's WIT name. */
  export function nameOf(value: u8): string {
    if (value == 0) return "trace";
    if (value == 1) return "debug";
    if (value == 2) return "info";
    if (value == 3) return "warn";
    if (value == 4) return "error";
    return "?";
  }
}

/** conduit:connector/specifier@0.1.0.param-type */
export namespace ParamType {
  export const text: u8 = 0;
  export const int: u8 = 1;
  export const float: u8 = 2;
  export const boolean: u8 = 3;
  export const file: u8 = 4;
  export const duration: u8 = 5;
  /** The case's WIT name. */
  export function nameOf(value: u8): string {
    if (value == 0) return "text";
    if (value == 1) return "int";
    if (value == 2) return "float";
    if (value == 3) return "boolean";
    if (value == 4) return "file";
    if (value == 5) return "duration";
    return "?";
  }
}

/** conduit:connector/specifier@0.1.0.validation-kind */
export namespace ValidationKind {
  export const required: u8 = 0;
  export const greaterThan: u8 = 1;
  export const lessThan: u8 = 2;
  export const inclusion: u8 = 3;
  export const exclusion: u8 = 4;
  export const regex: u8 = 5;
  /** The case's WIT name. */
  export function nameOf(value: u8): string {
    if (value == 0) return "required";
    if (value == 1) return "greater-than";
    if (value == 2) return "less-than";
    if (value == 3) return "inclusion";
    if (value == 4) return "exclusion";
    if (value == 5) return "regex";
    return "?";
  }
}

/** conduit:connector/errors@0.1.0.error */
export class ConnectorError {
  constructor(
    public kind: u8 = 0,
    public text: string = '',
    public code: string | null = null,
  ) {}

  lower(view: ErrorView): void {
    view.kind = this.kind;
    view.text.lower(this.text);
    const code = this.code;
    view.hasCode = code !== null;
    if (code !== null) view.code.lower(code);
  }

  static lift(view: ErrorView): ConnectorError {
    return new ConnectorError(
      view.kind,
      view.text.lift(),
      view.hasCode ? view.code.lift() : null,
    );
  }
}

/**
 * conduit:connector/source@0.1.0.credit
 * The most that the host accepts from one `read`.
 */
export class Credit {
  constructor(
    public maxRecords: u32 = 0,
    public maxBytes: u32 = 0,
    public maxWaitMs: u32 = 0,
  ) {}

  static lift(view: CreditView): Credit {
    return new Credit(
      view.maxRecords,
      view.maxBytes,
      view.maxWaitMs,
    );
  }
}

/**
 * conduit:connector/errors@0.1.0.invalid-param
 * One rejected parameter.
 */
export class InvalidParam {
  constructor(
    public name: string = '',
    public reason: string = '',
  ) {}

  lower(view: InvalidParamView): void {
    view.name.lower(this.name);
    view.reason.lower(this.reason);
  }
  static lowerAll(all: InvalidParam[], out: ListSlot<InvalidParamView>): void {
    out.allocate(all.length);
    for (let i = 0; i < all.length; i++) all[i].lower(out.at(i));
  }
}

/** conduit:connector/specifier@0.1.0.param */
export class Param {
  constructor(
    public name: string = '',
    public description: string = '',
    public defaultValue: string = '',
    public kind: u8 = 0,
    public validations: Validation[] = [],
    public secret: bool = false,
    public hostImplemented: bool = false,
  ) {}

  lower(view: ParamView): void {
    view.name.lower(this.name);
    view.description.lower(this.description);
    view.defaultValue.lower(this.defaultValue);
    view.kind = this.kind;
    Validation.lowerAll(this.validations, view.validations);
    view.secret = this.secret;
    view.hostImplemented = this.hostImplemented;
  }
  static lowerAll(all: Param[], out: ListSlot<ParamView>): void {
    out.allocate(all.length);
    for (let i = 0; i < all.length; i++) all[i].lower(out.at(i));
  }
}

/** conduit:connector/specifier@0.1.0.specification */
export class Specification {
  constructor(
    public name: string = '',
    public summary: string = '',
    public description: string = '',
    public version: string = '',
    public author: string = '',
    public sourceParams: Param[] = [],
    public destinationParams: Param[] = [],
  ) {}

  lower(view: SpecificationView): void {
    view.name.lower(this.name);
    view.summary.lower(this.summary);
    view.description.lower(this.description);
    view.version.lower(this.version);
    view.author.lower(this.author);
    Param.lowerAll(this.sourceParams, view.sourceParams);
    Param.lowerAll(this.destinationParams, view.destinationParams);
  }
}

/**
 * conduit:connector/specifier@0.1.0.validation
 * A validation as Conduit knows it.
 */
export class Validation {
  constructor(
    public kind: u8 = 0,
    public operand: string = '',
  ) {}

  lower(view: ValidationView): void {
    view.kind = this.kind;
    view.operand.lower(this.operand);
  }
  static lowerAll(all: Validation[], out: ListSlot<ValidationView>): void {
    out.allocate(all.length);
    for (let i = 0; i < all.length; i++) all[i].lower(out.at(i));
  }
}

/** conduit:connector/source@0.1.0.batch: 20 bytes, align 4 */
@unmanaged export class BatchView {
  @inline get SIZE(): usize { return 20; }
  @inline get ALIGN(): usize { return 4; }
  @inline get data(): BytesSlot { return changetype<BytesSlot>(changetype<usize>(this) + 0); }
  @inline get count(): u32 { return load<u32>(changetype<usize>(this), 8); }
  @inline set count(value: u32) { store<u32>(changetype<usize>(this), value, 8); }
  @inline get lastPosition(): BytesSlot { return changetype<BytesSlot>(changetype<usize>(this) + 12); }
}

/** conduit:connector/source@0.1.0.credit: 12 bytes, align 4 */
@unmanaged export class CreditView {
  @inline get SIZE(): usize { return 12; }
  @inline get ALIGN(): usize { return 4; }
  @inline get maxRecords(): u32 { return load<u32>(changetype<usize>(this)); }
  @inline set maxRecords(value: u32) { store<u32>(changetype<usize>(this), value); }
  @inline get maxBytes(): u32 { return load<u32>(changetype<usize>(this), 4); }
  @inline set maxBytes(value: u32) { store<u32>(changetype<usize>(this), value, 4); }
  @inline get maxWaitMs(): u32 { return load<u32>(changetype<usize>(this), 8); }
  @inline set maxWaitMs(value: u32) { store<u32>(changetype<usize>(this), value, 8); }
}

/** result of conduit:connector/destination@0.1.0#configure: 12 bytes, align 4 */
@unmanaged export class DestinationConfigureResult {
  @inline get SIZE(): usize { return 12; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ListSlot<InvalidParamView> { return changetype<ListSlot<InvalidParamView>>(changetype<usize>(this) + 4); }
}

/** result of conduit:connector/destination@0.1.0#open: 28 bytes, align 4 */
@unmanaged export class DestinationOpenResult {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** result of conduit:connector/destination@0.1.0#stop: 28 bytes, align 4 */
@unmanaged export class DestinationStopResult {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** result of conduit:connector/destination@0.1.0#teardown: 28 bytes, align 4 */
@unmanaged export class DestinationTeardownResult {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** result of conduit:connector/destination@0.1.0#write: 28 bytes, align 4 */
@unmanaged export class DestinationWriteResult {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get ok(): BytesSlot { return changetype<BytesSlot>(changetype<usize>(this) + 4); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** conduit:connector/errors@0.1.0.error: 24 bytes, align 4 */
@unmanaged export class ErrorView {
  @inline get SIZE(): usize { return 24; }
  @inline get ALIGN(): usize { return 4; }
  @inline get kind(): u8 { return load<u8>(changetype<usize>(this)); }
  @inline set kind(value: u8) { store<u8>(changetype<usize>(this), value); }
  @inline get text(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 4); }
  @inline get hasCode(): bool { return load<bool>(changetype<usize>(this), 12); }
  @inline set hasCode(value: bool) { store<bool>(changetype<usize>(this), value, 12); }
  @inline get code(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 16); }
}

/** conduit:connector/errors@0.1.0.invalid-param: 16 bytes, align 4 */
@unmanaged export class InvalidParamView {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get name(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get reason(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 8); }
}

/** conduit:connector/specifier@0.1.0.param: 40 bytes, align 4 */
@unmanaged export class ParamView {
  @inline get SIZE(): usize { return 40; }
  @inline get ALIGN(): usize { return 4; }
  @inline get name(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get description(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 8); }
  @inline get defaultValue(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 16); }
  @inline get kind(): u8 { return load<u8>(changetype<usize>(this), 24); }
  @inline set kind(value: u8) { store<u8>(changetype<usize>(this), value, 24); }
  @inline get validations(): ListSlot<ValidationView> { return changetype<ListSlot<ValidationView>>(changetype<usize>(this) + 28); }
  @inline get secret(): bool { return load<bool>(changetype<usize>(this), 36); }
  @inline set secret(value: bool) { store<bool>(changetype<usize>(this), value, 36); }
  @inline get hostImplemented(): bool { return load<bool>(changetype<usize>(this), 37); }
  @inline set hostImplemented(value: bool) { store<bool>(changetype<usize>(this), value, 37); }
}

/** result of conduit:connector/source@0.1.0#ack: 28 bytes, align 4 */
@unmanaged export class SourceAckResult {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** result of conduit:connector/source@0.1.0#configure: 12 bytes, align 4 */
@unmanaged export class SourceConfigureResult {
  @inline get SIZE(): usize { return 12; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ListSlot<InvalidParamView> { return changetype<ListSlot<InvalidParamView>>(changetype<usize>(this) + 4); }
}

/** result of conduit:connector/source@0.1.0#open: 28 bytes, align 4 */
@unmanaged export class SourceOpenResult {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** result of conduit:connector/source@0.1.0#read: 28 bytes, align 4 */
@unmanaged export class SourceReadResult {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get hasOk(): bool { return load<bool>(changetype<usize>(this), 4); }
  @inline set hasOk(value: bool) { store<bool>(changetype<usize>(this), value, 4); }
  @inline get ok(): BatchView { return changetype<BatchView>(changetype<usize>(this) + 8); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** result of conduit:connector/source@0.1.0#stop: 28 bytes, align 4 */
@unmanaged export class SourceStopResult {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** result of conduit:connector/source@0.1.0#teardown: 28 bytes, align 4 */
@unmanaged export class SourceTeardownResult {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** conduit:connector/specifier@0.1.0.specification: 56 bytes, align 4 */
@unmanaged export class SpecificationView {
  @inline get SIZE(): usize { return 56; }
  @inline get ALIGN(): usize { return 4; }
  @inline get name(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get summary(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 8); }
  @inline get description(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 16); }
  @inline get version(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 24); }
  @inline get author(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 32); }
  @inline get sourceParams(): ListSlot<ParamView> { return changetype<ListSlot<ParamView>>(changetype<usize>(this) + 40); }
  @inline get destinationParams(): ListSlot<ParamView> { return changetype<ListSlot<ParamView>>(changetype<usize>(this) + 48); }
}

/** tuple<string, string>: 16 bytes, align 4 */
@unmanaged export class StringStringView {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get a(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get b(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 8); }
}

/** conduit:connector/specifier@0.1.0.validation: 12 bytes, align 4 */
@unmanaged export class ValidationView {
  @inline get SIZE(): usize { return 12; }
  @inline get ALIGN(): usize { return 4; }
  @inline get kind(): u8 { return load<u8>(changetype<usize>(this)); }
  @inline set kind(value: u8) { store<u8>(changetype<usize>(this), value); }
  @inline get operand(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 4); }
}
