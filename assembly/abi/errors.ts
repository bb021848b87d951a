// conduit:connector/errors, and the results that exports give back.
import { EXPORT_RESULT_SIZE, ErrorView, InvalidParamView, SourceConfigureResult, SourceStopResult } from './layout';

/** WIT `error`. Texts are for people. `kind` is one of ErrorKind. */
export class ConnectorError {
  constructor(
    public kind: u8,
    public text: string = '',
  ) {}

  static lift(view: ErrorView): ConnectorError {
    return new ConnectorError(view.kind, view.text.lift());
  }
  lower(view: ErrorView): void {
    view.kind = this.kind;
    view.text.lower(this.text);
  }
}

/** One rejected setting; `reason` is the full text that a user sees. */
export class InvalidParam {
  constructor(
    public name: string,
    public reason: string,
  ) {}
}

/** Return area of the exports. Its content is read before the next call. */
export const RETURN_AREA: usize = memory.data(EXPORT_RESULT_SIZE, 8);

/** `result<_, error>` in the return area; null is ok. Right for every export whose error is `error`: the error lies at one place. */
export function returnResult(error: ConnectorError | null): usize {
  const r = changetype<SourceStopResult>(RETURN_AREA);
  r.isError = error !== null;
  if (error !== null) error.lower(r.error);
  return RETURN_AREA;
}

/** `result<_, list<invalid-param>>` in the return area; an empty list is ok. */
export function returnInvalidParams(a: InvalidParam[]): usize {
  const r = changetype<SourceConfigureResult>(RETURN_AREA);
  r.isError = a.length != 0;
  r.error.allocate(a.length);
  for (let i = 0; i < a.length; i++) {
    const view: InvalidParamView = r.error.at(i);
    view.name.lower(a[i].name);
    view.reason.lower(a[i].reason);
  }
  return RETURN_AREA;
}
