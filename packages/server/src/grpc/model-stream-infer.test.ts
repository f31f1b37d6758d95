import { type ClientDuplexStream, status } from '@grpc/grpc-js'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { GRPCInferenceService, type ModelStreamInferResponse } from '../proto/grpc_service_pb.ts'
import { floatsOf, type GrpcFixture, grpcFixture, inferInit } from '../testing/grpc-fixture.ts'

const { method } = GRPCInferenceService

let given: GrpcFixture
beforeAll(async () => {
  given = await grpcFixture()
})
afterAll(() => given[Symbol.asyncDispose]())
afterEach(() => {
  given.infer = undefined
})

type Stream<T> = ClientDuplexStream<ReturnType<typeof inferInit>, T>

/** Sends all and reads to the end; rejects where the stream ends with an error. */
function exchange<T>(stream: Stream<T>, requests: readonly ReturnType<typeof inferInit>[]): Promise<T[]> {
  return new Promise((resolve, reject) => {
    const answers: T[] = []
    stream.on('data', (answer: T) => answers.push(answer))
    stream.on('end', () => resolve(answers)).on('error', (error) => reject(Object.assign(error, { answers })))
    for (const request of requests) stream.write(request)
    stream.end()
  })
}

const valuesOf = ({ inferResponse }: ModelStreamInferResponse) =>
  floatsOf(inferResponse!.rawOutputContents[0]!)

describe('ModelStreamInfer', () => {
  it('answers in the order of the requests, though later ones may end first', async () => {
    let running = 0
    let most = 0
    const count = 20
    given.infer = async (request, caller) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, (count - Number(request.id)) * 2))
      running--
      return given.echo(request, caller)
    }
    const requests = Array.from({ length: count }, (_, i) => inferInit([i], { id: String(i) }))
    const answers = await exchange(given.peer.stream(method.modelStreamInfer), requests)
    expect(answers.map((answer) => answer.inferResponse?.id)).toEqual(requests.map((_, i) => String(i)))
    expect(answers.map(valuesOf)).toEqual(requests.map((_, i) => [i]))
    expect(most).toBeGreaterThan(1)
  })

  it('holds back a client that sends faster than it is answered', async () => {
    let running = 0
    let most = 0
    given.infer = async (request, caller) => {
      most = Math.max(most, ++running)
      await new Promise((resolve) => setTimeout(resolve, 5))
      running--
      return given.echo(request, caller)
    }
    const requests = Array.from({ length: 300 }, () => inferInit([1]))
    expect(await exchange(given.peer.stream(method.modelStreamInfer), requests)).toHaveLength(300)
    expect(most).toBeLessThanOrEqual(64)
  })

  it('tells the error of one request, by its id, and goes on', async () => {
    const answers = await exchange(given.peer.stream(method.modelStreamInfer), [
      inferInit([1], { id: 'a' }),
      inferInit([2], { id: 'b', modelName: 'nobody' }),
      inferInit([3], { rawInputContents: [Buffer.alloc(3)] }),
      inferInit([4], { id: 'd' }),
    ])
    expect(answers.map(({ errorMessage }) => errorMessage.slice(0, 8))).toEqual([
      '',
      '[SLP-R1]',
      '[SLP-R4]',
      '',
    ])
    expect(answers[1]!.inferResponse?.id).toBe('b')
    expect(answers[2]!.inferResponse).toBeUndefined()
    expect(valuesOf(answers[3]!)).toEqual([4])
  })

  it('ends with a status where the client wants that, after the answers before it', async () => {
    const stream = given.peer.stream(method.modelStreamInfer, { metadata: { triton_grpc_error: 'true' } })
    const ended = exchange(stream, [inferInit([1]), inferInit([2], { modelName: 'nobody' }), inferInit([3])])
    const error: unknown = await ended.catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: status.NOT_FOUND, details: expect.stringContaining('SLP-R1') })
    expect(error).toMatchObject({ answers: [{ errorMessage: '' }] })
  })

  it('marks the final response where the request asks for it', async () => {
    const parameters = {
      triton_enable_empty_final_response: { parameterChoice: { case: 'boolParam', value: true } },
    }
    const requests = [inferInit([1], { parameters }), inferInit([2])]
    const [marked, plain] = await exchange(given.peer.stream(method.modelStreamInfer), requests)
    expect(marked!.inferResponse?.parameters['triton_final_response']?.parameterChoice.value).toBe(true)
    expect(plain!.inferResponse?.parameters).toEqual({})
  })

  it('answers none where none is asked', async () => {
    expect(await exchange(given.peer.stream(method.modelStreamInfer), [])).toEqual([])
  })

  it('stops all its runs when the client cancels', async () => {
    const stream = given.peer.stream(method.modelStreamInfer)
    stream.on('error', () => {}).on('data', () => {})
    let begun = 0
    const stopped = new Promise<number>((resolve) => {
      let aborted = 0
      given.infer = (_request, { signal }) => {
        if (++begun === 3) stream.cancel()
        return new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => {
            reject(signal.reason)
            if (++aborted === 3) resolve(aborted)
          })
        })
      }
    })
    for (let i = 0; i < 3; i++) stream.write(inferInit([i]))
    expect(await stopped).toBe(3)
  })

  it("speaks MLServer's flavour where the server is told to", async () => {
    await using other = await grpcFixture({ streamFlavour: 'mlserver' })
    const flavoured = { ...method.modelStreamInfer, output: method.modelInfer.output }
    const answers = await exchange(other.peer.stream(flavoured), [inferInit([5], { id: 'a' })])
    expect(answers).toMatchObject([{ id: 'a', modelName: 'm' }])
    const failed = exchange(other.peer.stream(flavoured), [inferInit([5], { modelName: 'nobody' })])
    await expect(failed).rejects.toMatchObject({ code: status.NOT_FOUND })
  })
})
