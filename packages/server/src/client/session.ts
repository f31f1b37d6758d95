import type { Outcome } from './outcome.ts'
import type { Ask, Transport } from './transport.ts'
import type { CallOptions, InferAnswer, InferOptions, SessionInfo } from './types.ts'

/** A version that stays loaded and the same until the lease ends. */
export interface Session extends AsyncDisposable {
  /** As of the last answer of the server about it. */
  readonly info: SessionInfo
  predict(request: Omit<InferOptions, 'model' | 'version'>, options?: CallOptions): Promise<InferAnswer>
  /** Makes the lease last for another term. */
  renew(leaseMs?: number, options?: CallOptions): Promise<void>
  close(options?: CallOptions): Promise<void>
}

/** Runs a call with its retries; calls that may be done twice are safe, as they are unless it is said. */
export type Run = <T>(
  call: (ask: Ask) => Promise<Outcome<T>>,
  options?: CallOptions,
  isSafe?: boolean,
) => Promise<T>

/** A lease that the server does not know any more, such as after a first try that it did do, is closed. */
function gone(outcome: Outcome<void>): Outcome<void> {
  const isUnknown = !outcome.ok && outcome.error.code === 'SLP-R16'
  return isUnknown ? { ok: true, value: undefined } : outcome
}

export function leaseOf(opened: SessionInfo, transport: Transport, run: Run): Session {
  const { handle } = opened
  let info = opened
  const close = (call?: CallOptions) =>
    run(async (ask) => gone(await transport.closeSession(handle, ask)), call)
  return {
    get info() {
      return info
    },
    predict: (request, call) => run((ask) => transport.predict(handle, request, ask), call, false),
    async renew(leaseMs, call) {
      info = await run((ask) => transport.renewSession(handle, leaseMs, ask), call)
    },
    close,
    [Symbol.asyncDispose]: () => close(),
  }
}
