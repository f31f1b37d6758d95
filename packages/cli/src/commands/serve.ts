import { SlipwayError } from '@slipway/core'
import type { ListenOptions, ModelStatus, Server } from '@slipway/server'
import { type CommandArgs, defineCommand } from '../define-command.ts'
import { optionalWholeNumber, wholeNumber } from '../io/option-values.ts'
import { serveOptions, serverOptionsOf } from '../io/serve-options.ts'
import type { Terminal } from '../io/terminal.ts'

export const serve = defineCommand({
  name: 'serve',
  about: 'Serves a model repository over REST and gRPC (Open Inference Protocol V2)',
  arguments: [
    { name: '<repository>', about: 'a folder laid out as name/version/model.onnx, or s3://bucket/prefix' },
  ],
  options: serveOptions,
  examples: [
    'slipway serve ./models',
    'slipway serve ./models --host 0.0.0.0 --one-port --port 8080 --drain-delay 10',
    'slipway serve ./models --model-control explicit --load-model resnet --auth --state postgres://…',
  ],
  async run(args, terminal) {
    // Other commands start without waiting for the server's libraries.
    const { createServer } = await import('@slipway/server')
    const where = listenOptionsOf(args)
    const server = await createServer(await serverOptionsOf(args))
    try {
      const url = await listen(server, where)
      terminal.print(`listening on ${url}`)
      if (server.grpcPort !== undefined) terminal.print(`gRPC on ${where.host}:${server.grpcPort}`)
      const stop = stopped(terminal)
      // A load may take minutes: whoever stops the server does not wait for its end.
      const statuses = await Promise.race([server.loaded, stop])
      for (const status of statuses ?? []) terminal.print(statusLine(status))
      await stop
      return 0
    } finally {
      await server.close()
    }
  },
})

function listenOptionsOf(args: CommandArgs): ListenOptions & { readonly host: string } {
  const port = wholeNumber(args, 'port', 0, 65_535)
  const host = args.text('host')!
  const metricsPort = optionalWholeNumber(args, 'metricsPort', 0, 65_535)
  return {
    port,
    host,
    grpcPort: args.flag('onePort') ? 'shared' : grpcPortOf(args, port),
    ...(metricsPort !== undefined && { metricsPort }),
  }
}

/** With any free port for REST, gRPC takes any free one too. */
const grpcPortOf = (args: CommandArgs, port: number): number =>
  optionalWholeNumber(args, 'grpcPort', 0, 65_535) ?? (port === 0 ? 0 : port + 1)

async function listen(server: Server, where: ListenOptions): Promise<string> {
  try {
    return await server.listen(where)
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    const message = `Cannot listen on ${where.host}:${where.port}: the addresses must be free, got ${why}`
    throw new SlipwayError('SLP-C1', message, { cause })
  }
}

function statusLine({ name, version, state, reason }: ModelStatus): string {
  return `  ${version === undefined ? name : `${name} ${version}`}: ${state}${reason ? ` (${reason})` : ''}`
}

function stopped({ signal }: Terminal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
