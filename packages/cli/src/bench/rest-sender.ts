/** Load over HTTP/1.1 on keep-alive connections. */
import { type Dispatcher, Pool } from 'undici'
import { type Done, failureOf } from './send.ts'
import type { Sender, TargetOptions } from './target.ts'

export function restSender({ url, connections, headers, tls }: TargetOptions): Sender {
  const pool = new Pool(url.origin, { connections, pipelining: 1, connect: { ...tls } })
  const prefix = url.pathname.replace(/\/+$/, '')
  return {
    sendEach(requests) {
      const all = requests.map(({ path, headers: own, body }) => ({
        ...{ method: 'POST' as const, path: `${prefix}${path}`, headers: { ...headers, ...own }, body },
        ...noTimeouts,
      }))
      return (index, done) => {
        const exchange = openExchange(done)
        pool.dispatch(all[index % all.length]!, exchange.handler)
        return exchange.cancel
      }
    },
    close: () => pool.destroy(),
  }
}

/** The step has a timeout of its own. */
const noTimeouts = { headersTimeout: 0, bodyTimeout: 0 }

const mostErrorText = 400

function openExchange(done: Done) {
  let status = 0
  let text = ''
  let taken = false
  let controller: Dispatcher.DispatchController | undefined
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started
      if (taken) started.abort(new Error('cancelled'))
    },
    onResponseStart(_controller, code) {
      status = code
    },
    onResponseData(_controller, chunk) {
      if (status >= 300 && text.length < mostErrorText) text += chunk.toString()
    },
    onResponseEnd() {
      if (status < 300) done()
      else done({ code: String(status), text: text.slice(0, mostErrorText) })
    },
    onResponseError: (_controller, error) => done(failureOf(error)),
  }
  return {
    handler,
    cancel() {
      taken = true
      controller?.abort(new Error('cancelled'))
    },
  }
}
