/** Peers that share no code with the server: bytes over a socket, and HTTP/2 frames, on one port. */
import { connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServer, type Server } from './server.ts'
import { pairGraph, repositoryWith } from './testing/fixture.ts'

const fixture = repositoryWith({ 'pair/1/model.onnx': pairGraph('Add') })
let server: Server
let port: number

beforeAll(async () => {
  server = await createServer({ settleMs: 0, repository: fixture.root })
  port = Number(new URL(await server.listen({ port: 0, grpcPort: 'shared' })).port)
  await server.loaded
})
afterAll(async () => {
  await server.close()
  fixture[Symbol.dispose]()
})

const floats = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer)

describe('HTTP/1.1, written by hand', () => {
  /** All that the server sends until it closes the connection. */
  const exchange = (request: Buffer, cuts: readonly number[] = []) =>
    new Promise<Buffer>((resolve, reject) => {
      const socket = connect({ port, host: '127.0.0.1', noDelay: true })
      const chunks: Buffer[] = []
      socket.on('data', (chunk) => chunks.push(chunk))
      socket.on('error', reject).on('end', () => resolve(Buffer.concat(chunks)))
      const ends = [...cuts, request.length]
      const send = (from: number, i: number) => {
        if (i === ends.length) return
        socket.write(request.subarray(from, ends[i]), () => setTimeout(send, 2, ends[i]!, i + 1))
      }
      send(0, 0)
    })
  const parse = (bytes: Buffer) => {
    const split = bytes.indexOf('\r\n\r\n')
    const [line, ...fields] = bytes.subarray(0, split).toString('latin1').split('\r\n')
    const headers = new Map(
      fields.map((field) => {
        const at = field.indexOf(':')
        return [field.slice(0, at).toLowerCase(), field.slice(at + 1).trim()]
      }),
    )
    return { line, headers, body: bytes.subarray(split + 4) }
  }
  const binaryRequest = () => {
    const inputs = ['a', 'b'].map((name) => ({
      name,
      datatype: 'FP32',
      shape: [1, 2],
      parameters: { binary_data_size: 8 },
    }))
    const json = Buffer.from(JSON.stringify({ inputs, parameters: { binary_data_output: true } }))
    const body = Buffer.concat([json, floats(1, 2), floats(3, 4)])
    // As the Python client of Triton writes it: no content type.
    const head = [
      'POST /v2/models/pair/infer HTTP/1.1',
      'Host: localhost',
      `Inference-Header-Content-Length: ${json.length}`,
      `Content-Length: ${body.length}`,
      'Connection: close',
    ]
    return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body])
  }

  it.each([
    ['at once', []],
    ['cut in the method, in the head and in the body', [2, 60, 300]],
  ] as const)('is answered in binary tensors: sent %s', async (_, cuts) => {
    const { line, headers, body } = parse(await exchange(binaryRequest(), cuts))
    expect(line).toBe('HTTP/1.1 200 OK')
    expect(headers.get('content-type')).toBe('application/octet-stream')
    expect(Number(headers.get('content-length'))).toBe(body.length)
    const jsonBytes = Number(headers.get('inference-header-content-length'))
    const answer = JSON.parse(body.subarray(0, jsonBytes).toString())
    expect(answer).toMatchObject({
      model_name: 'pair',
      model_version: '1',
      outputs: [{ name: 'sum', datatype: 'FP32', shape: [1, 2], parameters: { binary_data_size: 8 } }],
    })
    expect(body.subarray(jsonBytes)).toEqual(floats(4, 6))
  })

  it('takes two requests on one connection, sent together', async () => {
    const get = (path: string, last: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n${last}\r\n`
    const both = get('/v2/health/live', '') + get('/v2/models/pair/ready', 'Connection: close\r\n')
    const text = (await exchange(Buffer.from(both))).toString()
    expect(text.match(/HTTP\/1\.1 200 OK/g)?.length).toBe(2)
  })

  it('takes a POST with neither body nor length', async () => {
    const text = 'POST /v2/repository/index HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
    const { line, body } = parse(await exchange(Buffer.from(text)))
    expect(line).toBe('HTTP/1.1 200 OK')
    expect(JSON.parse(body.toString())).toMatchObject([{ name: 'pair', version: '1', state: 'READY' }])
  })
})

describe('gRPC, framed by hand over HTTP/2', () => {
  // Protocol buffers: a field of bytes, of text or of a message is its tag, its length and its content.
  const field = (number: number, content: Buffer | string) => {
    const bytes = Buffer.from(content)
    expect(bytes.length).toBeLessThan(128)
    return Buffer.concat([Buffer.of((number << 3) | 2, bytes.length), bytes])
  }
  const varint = (number: number, value: number) => Buffer.of(number << 3, value)
  const tensor = (name: string) =>
    Buffer.concat([field(1, name), field(2, 'FP32'), varint(3, 1), varint(3, 2)])
  const request = (model: string) =>
    Buffer.concat([
      field(1, model),
      field(5, tensor('a')),
      field(5, tensor('b')),
      field(7, floats(1, 2)),
      field(7, floats(3, 4)),
    ])
  const framed = (message: Buffer) => {
    const prefix = Buffer.alloc(5)
    prefix.writeUInt32BE(message.length, 1)
    return Buffer.concat([prefix, message])
  }

  const call = (bytes: Buffer, cut = bytes.length) =>
    new Promise<{ headers: IncomingHttpHeaders; trailers: IncomingHttpHeaders; body: Buffer }>(
      (resolve, reject) => {
        const session = connectHttp2(`http://127.0.0.1:${port}`).on('error', reject)
        const stream = session.request({
          ':method': 'POST',
          ':path': '/inference.GRPCInferenceService/ModelInfer',
          'content-type': 'application/grpc',
          te: 'trailers',
        })
        let headers: IncomingHttpHeaders = {}
        let trailers: IncomingHttpHeaders = {}
        const chunks: Buffer[] = []
        stream
          .on('response', (got) => {
            headers = got
          })
          .on('trailers', (got) => {
            trailers = got
          })
          .on('data', (chunk: Buffer) => chunks.push(chunk))
          .on('error', reject)
          .on('close', () => {
            session.close()
            resolve({ headers, trailers, body: Buffer.concat(chunks) })
          })
        stream.write(bytes.subarray(0, cut), () => stream.end(bytes.subarray(cut)))
      },
    )

  it.each([undefined, 3, 20])('is answered with raw contents and trailers; cut at %s', async (cut) => {
    const { headers, trailers, body } = await call(framed(request('pair')), cut)
    expect([headers[':status'], trailers['grpc-status']]).toEqual([200, '0'])
    expect(headers['content-type']).toMatch(/^application\/grpc/)
    expect(body.readUInt8(0)).toBe(0)
    expect(body.readUInt32BE(1)).toBe(body.length - 5)
    // The last field of the answer is raw_output_contents: tag 6, eight bytes.
    expect(body.subarray(-10)).toEqual(Buffer.concat([Buffer.of((6 << 3) | 2, 8), floats(4, 6)]))
  })

  it('is refused with a status, not with a broken stream', async () => {
    const { headers, trailers } = await call(framed(request('nobody')))
    expect(headers[':status']).toBe(200)
    expect({ ...headers, ...trailers }['grpc-status']).toBe('5')
  })

  it('stands beside HTTP/1.1 on the same port', async () => {
    const [live, answer] = await Promise.all([
      fetch(`http://127.0.0.1:${port}/v2/health/live`),
      call(framed(request('pair'))),
    ])
    expect([live.status, answer.trailers['grpc-status']]).toEqual([200, '0'])
  })
})
