/**
 * A graph on its way from one thread to another. It waits as a message on a line that nobody reads: a thread that only
 * passes the line on never has the cost of the graph, whose weights are shared.
 */
import { MessageChannel, type MessagePort, receiveMessageOnPort } from 'node:worker_threads'
import type { Graph } from '@slipway/core'
import type { Target } from '@slipway/core/host'
import type { FileStamp } from './messages.ts'

export interface Parcel {
  readonly graph: Graph
  readonly weightBytes: number
  readonly stamp: FileStamp
  /** As `HostedGraph.target`; undefined where the graph was not compiled yet. */
  readonly target: Target | undefined
}

/** The end of the line where the parcel is. It outlives the thread that packed it. */
export function pack(parcel: Parcel): MessagePort {
  const { port1, port2 } = new MessageChannel()
  port1.postMessage(parcel)
  port1.unref()
  return port2
}

/** What is on the line, which is then closed; undefined where there is nothing. */
export function unpack(line: MessagePort): Parcel | undefined {
  const received = receiveMessageOnPort(line) as { readonly message: Parcel } | undefined // only `pack` posts there
  line.close()
  return received?.message
}
