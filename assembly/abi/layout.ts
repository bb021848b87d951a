// Written by tools/layouts.mjs from wit/; do not edit.
// A view is an address with typed accessors: no object, no copy. Lists and strings are slots: address and length.
import { BytesSlot, ListSlot, StringSlot } from "./slots";

/** Bytes of the largest result of an export, of an import. */
export const EXPORT_RESULT_SIZE = 56;
export const IMPORT_RESULT_SIZE = 16;

/** conduit:kafka/producer@0.1.0.acks */
export namespace Acks {
  export const none: u8 = 0;
  export const leader: u8 = 1;
  export const all: u8 = 2;
  /** The case's WIT name. */
  export function nameOf(value: u8): string {
    if (value == 0) return "none";
    if (value == 1) return "leader";
    if (value == 2) return "all";
    return "?";
  }
}

/** conduit:kafka/producer@0.1.0.compression */
export namespace Compression {
  export const none: u8 = 0;
  export const gzip: u8 = 1;
  export const snappy: u8 = 2;
  export const lz4: u8 = 3;
  export const zstd: u8 = 4;
  /** The case's WIT name. */
  export function nameOf(value: u8): string {
    if (value == 0) return "none";
    if (value == 1) return "gzip";
    if (value == 2) return "snappy";
    if (value == 3) return "lz4";
    if (value == 4) return "zstd";
    return "?";
  }
}

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

/** conduit:kafka/types@0.1.0.sasl-mechanism */
export namespace SaslMechanism {
  export const plain: u8 = 0;
  export const scramSha256: u8 = 1;
  export const scramSha512: u8 = 2;
  /** The case's WIT name. */
  export function nameOf(value: u8): string {
    if (value == 0) return "plain";
    if (value == 1) return "scram-sha256";
    if (value == 2) return "scram-sha512";
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

/** conduit:connector/source@0.1.0.batch: 20 bytes, align 4 */
@unmanaged export class BatchView {
  @inline get SIZE(): usize { return 20; }
  @inline get ALIGN(): usize { return 4; }
  @inline get data(): BytesSlot { return changetype<BytesSlot>(changetype<usize>(this) + 0); }
  @inline get count(): u32 { return load<u32>(changetype<usize>(this), 8); }
  @inline set count(value: u32) { store<u32>(changetype<usize>(this), value, 8); }
  @inline get lastPosition(): BytesSlot { return changetype<BytesSlot>(changetype<usize>(this) + 12); }
}

/** conduit:kafka/types@0.1.0.connection: 72 bytes, align 4 */
@unmanaged export class ConnectionView {
  @inline get SIZE(): usize { return 72; }
  @inline get ALIGN(): usize { return 4; }
  @inline get servers(): ListSlot<StringSlot> { return changetype<ListSlot<StringSlot>>(changetype<usize>(this) + 0); }
  @inline get clientId(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 8); }
  @inline get hasTls(): bool { return load<bool>(changetype<usize>(this), 16); }
  @inline set hasTls(value: bool) { store<bool>(changetype<usize>(this), value, 16); }
  @inline get tls(): TlsView { return changetype<TlsView>(changetype<usize>(this) + 20); }
  @inline get hasSasl(): bool { return load<bool>(changetype<usize>(this), 48); }
  @inline set hasSasl(value: bool) { store<bool>(changetype<usize>(this), value, 48); }
  @inline get sasl(): SaslView { return changetype<SaslView>(changetype<usize>(this) + 52); }
}

/** result of conduit:kafka/consumer@0.1.0#[static]consumer.close: 16 bytes, align 4 */
@unmanaged export class ConsumerCloseResult {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** result of conduit:kafka/consumer@0.1.0#[method]consumer.commit: 16 bytes, align 4 */
@unmanaged export class ConsumerCommitResult {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** parameters of conduit:kafka/consumer@0.1.0#[static]consumer.open: 100 bytes, align 4 */
@unmanaged export class ConsumerOpenParams {
  @inline get SIZE(): usize { return 100; }
  @inline get ALIGN(): usize { return 4; }
  @inline get connection(): ConnectionView { return changetype<ConnectionView>(changetype<usize>(this) + 0); }
  @inline get options(): ConsumerOptionsView { return changetype<ConsumerOptionsView>(changetype<usize>(this) + 72); }
}

/** result of conduit:kafka/consumer@0.1.0#[static]consumer.open: 16 bytes, align 4 */
@unmanaged export class ConsumerOpenResult {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get ok(): i32 { return load<i32>(changetype<usize>(this), 4); }
  @inline set ok(value: i32) { store<i32>(changetype<usize>(this), value, 4); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** conduit:kafka/consumer@0.1.0.options: 28 bytes, align 4 */
@unmanaged export class ConsumerOptionsView {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get topics(): ListSlot<StringSlot> { return changetype<ListSlot<StringSlot>>(changetype<usize>(this) + 0); }
  @inline get group(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 8); }
  @inline get fromBeginning(): bool { return load<bool>(changetype<usize>(this), 16); }
  @inline set fromBeginning(value: bool) { store<bool>(changetype<usize>(this), value, 16); }
  @inline get resume(): ListSlot<PartitionOffsetView> { return changetype<ListSlot<PartitionOffsetView>>(changetype<usize>(this) + 20); }
}

/** result of conduit:kafka/consumer@0.1.0#[method]consumer.poll: 16 bytes, align 4 */
@unmanaged export class ConsumerPollResult {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get ok(): ListSlot<FetchedView> { return changetype<ListSlot<FetchedView>>(changetype<usize>(this) + 4); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** wasi:clocks/wall-clock@0.2.6.datetime: 16 bytes, align 8 */
@unmanaged export class DatetimeView {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 8; }
  @inline get seconds(): u64 { return load<u64>(changetype<usize>(this)); }
  @inline set seconds(value: u64) { store<u64>(changetype<usize>(this), value); }
  @inline get nanoseconds(): u32 { return load<u32>(changetype<usize>(this), 8); }
  @inline set nanoseconds(value: u32) { store<u32>(changetype<usize>(this), value, 8); }
}

/** result of conduit:connector/destination@0.1.0#configure: 12 bytes, align 4 */
@unmanaged export class DestinationConfigureResult {
  @inline get SIZE(): usize { return 12; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ListSlot<InvalidParamView> { return changetype<ListSlot<InvalidParamView>>(changetype<usize>(this) + 4); }
}

/** result of conduit:connector/destination@0.1.0#open: 16 bytes, align 4 */
@unmanaged export class DestinationOpenResult {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** result of conduit:connector/destination@0.1.0#stop: 16 bytes, align 4 */
@unmanaged export class DestinationStopResult {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** result of conduit:connector/destination@0.1.0#teardown: 16 bytes, align 4 */
@unmanaged export class DestinationTeardownResult {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** result of conduit:connector/destination@0.1.0#write: 16 bytes, align 4 */
@unmanaged export class DestinationWriteResult {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get ok(): BytesSlot { return changetype<BytesSlot>(changetype<usize>(this) + 4); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** conduit:connector/errors@0.1.0.error: 12 bytes, align 4 */
@unmanaged export class ErrorView {
  @inline get SIZE(): usize { return 12; }
  @inline get ALIGN(): usize { return 4; }
  @inline get kind(): u8 { return load<u8>(changetype<usize>(this)); }
  @inline set kind(value: u8) { store<u8>(changetype<usize>(this), value); }
  @inline get text(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 4); }
}

/** conduit:kafka/producer@0.1.0.failure: 16 bytes, align 4 */
@unmanaged export class FailureView {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get index(): u32 { return load<u32>(changetype<usize>(this)); }
  @inline set index(value: u32) { store<u32>(changetype<usize>(this), value); }
  @inline get reason(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** conduit:kafka/consumer@0.1.0.fetched: 48 bytes, align 8 */
@unmanaged export class FetchedView {
  @inline get SIZE(): usize { return 48; }
  @inline get ALIGN(): usize { return 8; }
  @inline get topic(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get partition(): i32 { return load<i32>(changetype<usize>(this), 8); }
  @inline set partition(value: i32) { store<i32>(changetype<usize>(this), value, 8); }
  @inline get epoch(): u32 { return load<u32>(changetype<usize>(this), 12); }
  @inline set epoch(value: u32) { store<u32>(changetype<usize>(this), value, 12); }
  @inline get records(): RecordSetView { return changetype<RecordSetView>(changetype<usize>(this) + 16); }
}

/** conduit:connector/errors@0.1.0.invalid-param: 16 bytes, align 4 */
@unmanaged export class InvalidParamView {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get name(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get reason(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 8); }
}

/** conduit:kafka/producer@0.1.0.outgoing: 48 bytes, align 8 */
@unmanaged export class OutgoingView {
  @inline get SIZE(): usize { return 48; }
  @inline get ALIGN(): usize { return 8; }
  @inline get topic(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get hasPartition(): bool { return load<bool>(changetype<usize>(this), 8); }
  @inline set hasPartition(value: bool) { store<bool>(changetype<usize>(this), value, 8); }
  @inline get partition(): i32 { return load<i32>(changetype<usize>(this), 12); }
  @inline set partition(value: i32) { store<i32>(changetype<usize>(this), value, 12); }
  @inline get records(): RecordSetView { return changetype<RecordSetView>(changetype<usize>(this) + 16); }
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
}

/** conduit:kafka/types@0.1.0.partition-offset: 24 bytes, align 8 */
@unmanaged export class PartitionOffsetView {
  @inline get SIZE(): usize { return 24; }
  @inline get ALIGN(): usize { return 8; }
  @inline get topic(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get partition(): i32 { return load<i32>(changetype<usize>(this), 8); }
  @inline set partition(value: i32) { store<i32>(changetype<usize>(this), value, 8); }
  @inline get nextOffset(): i64 { return load<i64>(changetype<usize>(this), 16); }
  @inline set nextOffset(value: i64) { store<i64>(changetype<usize>(this), value, 16); }
}

/** result of conduit:kafka/producer@0.1.0#[static]producer.close: 16 bytes, align 4 */
@unmanaged export class ProducerCloseResult {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** parameters of conduit:kafka/producer@0.1.0#[static]producer.open: 84 bytes, align 4 */
@unmanaged export class ProducerOpenParams {
  @inline get SIZE(): usize { return 84; }
  @inline get ALIGN(): usize { return 4; }
  @inline get connection(): ConnectionView { return changetype<ConnectionView>(changetype<usize>(this) + 0); }
  @inline get options(): ProducerOptionsView { return changetype<ProducerOptionsView>(changetype<usize>(this) + 72); }
}

/** result of conduit:kafka/producer@0.1.0#[static]producer.open: 16 bytes, align 4 */
@unmanaged export class ProducerOpenResult {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get ok(): i32 { return load<i32>(changetype<usize>(this), 4); }
  @inline set ok(value: i32) { store<i32>(changetype<usize>(this), value, 4); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** conduit:kafka/producer@0.1.0.options: 12 bytes, align 4 */
@unmanaged export class ProducerOptionsView {
  @inline get SIZE(): usize { return 12; }
  @inline get ALIGN(): usize { return 4; }
  @inline get acks(): u8 { return load<u8>(changetype<usize>(this)); }
  @inline set acks(value: u8) { store<u8>(changetype<usize>(this), value); }
  @inline get compression(): u8 { return load<u8>(changetype<usize>(this), 1); }
  @inline set compression(value: u8) { store<u8>(changetype<usize>(this), value, 1); }
  @inline get maxBatchBytes(): u32 { return load<u32>(changetype<usize>(this), 4); }
  @inline set maxBatchBytes(value: u32) { store<u32>(changetype<usize>(this), value, 4); }
  @inline get deliveryTimeoutMs(): u32 { return load<u32>(changetype<usize>(this), 8); }
  @inline set deliveryTimeoutMs(value: u32) { store<u32>(changetype<usize>(this), value, 8); }
}

/** result of conduit:kafka/producer@0.1.0#[method]producer.send: 16 bytes, align 4 */
@unmanaged export class ProducerSendResult {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get ok(): ListSlot<FailureView> { return changetype<ListSlot<FailureView>>(changetype<usize>(this) + 4); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** conduit:kafka/types@0.1.0.record-set: 32 bytes, align 8 */
@unmanaged export class RecordSetView {
  @inline get SIZE(): usize { return 32; }
  @inline get ALIGN(): usize { return 8; }
  @inline get baseOffset(): i64 { return load<i64>(changetype<usize>(this)); }
  @inline set baseOffset(value: i64) { store<i64>(changetype<usize>(this), value); }
  @inline get baseTimestamp(): i64 { return load<i64>(changetype<usize>(this), 8); }
  @inline set baseTimestamp(value: i64) { store<i64>(changetype<usize>(this), value, 8); }
  @inline get count(): u32 { return load<u32>(changetype<usize>(this), 16); }
  @inline set count(value: u32) { store<u32>(changetype<usize>(this), value, 16); }
  @inline get records(): BytesSlot { return changetype<BytesSlot>(changetype<usize>(this) + 20); }
  @inline get logAppendTime(): bool { return load<bool>(changetype<usize>(this), 28); }
  @inline set logAppendTime(value: bool) { store<bool>(changetype<usize>(this), value, 28); }
}

/** conduit:kafka/types@0.1.0.sasl: 20 bytes, align 4 */
@unmanaged export class SaslView {
  @inline get SIZE(): usize { return 20; }
  @inline get ALIGN(): usize { return 4; }
  @inline get mechanism(): u8 { return load<u8>(changetype<usize>(this)); }
  @inline set mechanism(value: u8) { store<u8>(changetype<usize>(this), value); }
  @inline get username(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 4); }
  @inline get passwordRef(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 12); }
}

/** result of conduit:connector/source@0.1.0#ack: 16 bytes, align 4 */
@unmanaged export class SourceAckResult {
  @inline get SIZE(): usize { return 16; }
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

/** result of conduit:connector/source@0.1.0#open: 16 bytes, align 4 */
@unmanaged export class SourceOpenResult {
  @inline get SIZE(): usize { return 16; }
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

/** result of conduit:connector/source@0.1.0#stop: 16 bytes, align 4 */
@unmanaged export class SourceStopResult {
  @inline get SIZE(): usize { return 16; }
  @inline get ALIGN(): usize { return 4; }
  @inline get isError(): bool { return load<bool>(changetype<usize>(this)); }
  @inline set isError(value: bool) { store<bool>(changetype<usize>(this), value); }
  @inline get error(): ErrorView { return changetype<ErrorView>(changetype<usize>(this) + 4); }
}

/** result of conduit:connector/source@0.1.0#teardown: 16 bytes, align 4 */
@unmanaged export class SourceTeardownResult {
  @inline get SIZE(): usize { return 16; }
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

/** conduit:kafka/types@0.1.0.tls: 28 bytes, align 4 */
@unmanaged export class TlsView {
  @inline get SIZE(): usize { return 28; }
  @inline get ALIGN(): usize { return 4; }
  @inline get clientCertRef(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 0); }
  @inline get clientKeyRef(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 8); }
  @inline get caCertRef(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 16); }
  @inline get insecureSkipVerify(): bool { return load<bool>(changetype<usize>(this), 24); }
  @inline set insecureSkipVerify(value: bool) { store<bool>(changetype<usize>(this), value, 24); }
}

/** conduit:connector/specifier@0.1.0.validation: 12 bytes, align 4 */
@unmanaged export class ValidationView {
  @inline get SIZE(): usize { return 12; }
  @inline get ALIGN(): usize { return 4; }
  @inline get kind(): u8 { return load<u8>(changetype<usize>(this)); }
  @inline set kind(value: u8) { store<u8>(changetype<usize>(this), value); }
  @inline get operand(): StringSlot { return changetype<StringSlot>(changetype<usize>(this) + 4); }
}
