// conduit:kafka consumer and producer: host resources whose methods wait (the host suspends the guest).
import { ConnectorError } from './errors';
import {
  ConnectionView,
  ConsumerOpenParams,
  ConsumerOpenResult,
  ConsumerPollResult,
  FailureView,
  FetchedView,
  IMPORT_RESULT_SIZE,
  OutgoingView,
  PartitionOffsetView,
  ProducerOpenParams,
  ProducerOpenResult,
  ProducerSendResult,
  SaslView,
  TlsView,
} from './layout';
import { arenaZeroed } from './arena';
import { ListSlot, lowerStrings, newList } from './slots';


@external("conduit:kafka/consumer@0.1.0", "[static]consumer.open")
declare function __consumerOpen(params: usize, result: usize): void;


@external("conduit:kafka/consumer@0.1.0", "[method]consumer.poll")
declare function __consumerPoll(self: i32, maxRecords: u32, maxBytes: u32, maxWaitMs: u32, result: usize): void;


@external("conduit:kafka/consumer@0.1.0", "[method]consumer.commit")
declare function __consumerCommit(self: i32, epoch: u32, offsets: usize, count: u32, result: usize): void;


@external("conduit:kafka/consumer@0.1.0", "[static]consumer.close")
declare function __consumerClose(self: i32, result: usize): void;


@external("conduit:kafka/producer@0.1.0", "[static]producer.open")
declare function __producerOpen(params: usize, result: usize): void;


@external("conduit:kafka/producer@0.1.0", "[method]producer.send")
declare function __producerSend(self: i32, outgoing: usize, count: u32, result: usize): void;


@external("conduit:kafka/producer@0.1.0", "[static]producer.close")
declare function __producerClose(self: i32, result: usize): void;

/** Certificates and key are references that the host gave, or empty. */
export class Tls {
  clientCertRef: string = '';
  clientKeyRef: string = '';
  caCertRef: string = '';
  insecureSkipVerify: bool = false;

  lower(view: TlsView): void {
    view.clientCertRef.lower(this.clientCertRef);
    view.clientKeyRef.lower(this.clientKeyRef);
    view.caCertRef.lower(this.caCertRef);
    view.insecureSkipVerify = this.insecureSkipVerify;
  }
}
/** `mechanism` is one of SaslMechanism. */
export class Sasl {
  constructor(
    public mechanism: u8,
    public username: string,
    public passwordRef: string,
  ) {}

  lower(view: SaslView): void {
    view.mechanism = this.mechanism;
    view.username.lower(this.username);
    view.passwordRef.lower(this.passwordRef);
  }
}
export class Connection {
  servers: string[] = [];
  clientId: string = '';
  tls: Tls | null = null;
  sasl: Sasl | null = null;

  lower(view: ConnectionView): void {
    lowerStrings(this.servers, view.servers);
    view.clientId.lower(this.clientId);
    const tls = this.tls;
    view.hasTls = tls !== null;
    if (tls !== null) tls.lower(view.tls);
    const sasl = this.sasl;
    view.hasSasl = sasl !== null;
    if (sasl !== null) sasl.lower(view.sasl);
  }
}

/** `nextOffset` is the offset after the last one handled. */
export class PartitionOffset {
  constructor(
    public topic: string,
    public partition: i32,
    public nextOffset: i64,
  ) {}
}

function lowerOffsets(a: PartitionOffset[], out: ListSlot<PartitionOffsetView>): void {
  out.allocate(a.length);
  for (let i = 0; i < a.length; i++) {
    const view = out.at(i),
      offset = a[i];
    view.topic.lower(offset.topic);
    view.partition = offset.partition;
    view.nextOffset = offset.nextOffset;
  }
}

/** Exactly one of the two is null. */
export class OpenResult<T> {
  value: T | null = null;
  error: ConnectorError | null = null;
}

// Every import gives its result here: `result<..., error>` with the error at one place.
const RESULT: usize = memory.data(IMPORT_RESULT_SIZE, 8);
function errorOf(): ConnectorError | null {
  const r = changetype<ConsumerPollResult>(RESULT);
  return r.isError ? ConnectorError.lift(r.error) : null;
}

export class Consumer {
  /** Of the last call of `poll`. */
  error: ConnectorError | null = null;
  constructor(private handle: i32) {}

  static open(
    connection: Connection,
    topics: string[],
    group: string,
    fromBeginning: bool,
    resume: PartitionOffset[],
  ): OpenResult<Consumer> {
    const params = changetype<ConsumerOpenParams>(
      arenaZeroed(changetype<ConsumerOpenParams>(0).SIZE, changetype<ConsumerOpenParams>(0).ALIGN),
    );
    connection.lower(params.connection);
    const options = params.options;
    lowerStrings(topics, options.topics);
    options.group.lower(group);
    options.fromBeginning = fromBeginning;
    lowerOffsets(resume, options.resume);
    __consumerOpen(changetype<usize>(params), RESULT);
    const result = new OpenResult<Consumer>();
    result.error = errorOf();
    if (result.error === null) result.value = new Consumer(changetype<ConsumerOpenResult>(RESULT).ok);
    return result;
  }

  /**
   * What was fetched, in the arena: valid until the export returns. Null: it failed, see `error`.
   * The views are `topic`, `partition`, `epoch` and `records` (see FetchedView, RecordSetView in layout.ts).
   */
  poll(maxRecords: u32, maxBytes: u32, maxWaitMs: u32): ListSlot<FetchedView> | null {
    __consumerPoll(this.handle, maxRecords, maxBytes, maxWaitMs, RESULT);
    this.error = errorOf();
    if (this.error !== null) return null;
    // A copy of the slot: the result area is used again by the next import.
    const list = changetype<ConsumerPollResult>(RESULT).ok;
    const out = newList<FetchedView>(0);
    out.ptr = list.ptr;
    out.length = list.length;
    return out;
  }
  commit(epoch: u32, offsets: PartitionOffset[]): ConnectorError | null {
    const list = newList<PartitionOffsetView>(0);
    lowerOffsets(offsets, list);
    __consumerCommit(this.handle, epoch, list.ptr, list.length, RESULT);
    return errorOf();
  }
  /** Ends the handle also if it fails. */
  close(): ConnectorError | null {
    __consumerClose(this.handle, RESULT);
    return errorOf();
  }
}

export class Producer {
  /** Of the last call of `send`. */
  error: ConnectorError | null = null;
  constructor(private handle: i32) {}

  /** `acks` and `compression` are cases of Acks and Compression. */
  static open(connection: Connection, acks: u8, compression: u8, maxBatchBytes: u32, deliveryTimeoutMs: u32): OpenResult<Producer> {
    const params = changetype<ProducerOpenParams>(
      arenaZeroed(changetype<ProducerOpenParams>(0).SIZE, changetype<ProducerOpenParams>(0).ALIGN),
    );
    connection.lower(params.connection);
    const options = params.options;
    options.acks = acks;
    options.compression = compression;
    options.maxBatchBytes = maxBatchBytes;
    options.deliveryTimeoutMs = deliveryTimeoutMs;
    __producerOpen(changetype<usize>(params), RESULT);
    const result = new OpenResult<Producer>();
    result.error = errorOf();
    if (result.error === null) result.value = new Producer(changetype<ProducerOpenResult>(RESULT).ok);
    return result;
  }

  /** The failures, in the arena; every other record is written. Null: nothing is known, see `error`. Fill `outgoing` with newOutgoing. */
  send(outgoing: ListSlot<OutgoingView>): ListSlot<FailureView> | null {
    __producerSend(this.handle, outgoing.ptr, outgoing.length, RESULT);
    this.error = errorOf();
    if (this.error !== null) return null;
    const list = changetype<ProducerSendResult>(RESULT).ok;
    const out = newList<FailureView>(0);
    out.ptr = list.ptr;
    out.length = list.length;
    return out;
  }
  close(): ConnectorError | null {
    __producerClose(this.handle, RESULT);
    return errorOf();
  }
}

/** Room for n record sets to send; the caller sets every field of each. */
export function newOutgoing(n: u32): ListSlot<OutgoingView> {
  return newList<OutgoingView>(n);
}
