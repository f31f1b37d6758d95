/** Recurrent layers over sequences, with PyTorch's parameters, on ONNX's operators. */
import { fanUniform, type Initializer } from '../init/initializers.ts'
import { type Module, module, type Parts } from '../module.ts'
import { applyAll } from '../tensor/apply.ts'
import { concat } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { parameter, type Variable } from '../variable.ts'
import { dropout } from './dropout.ts'

export interface RecurrentOptions {
  /** Layers one upon the other; 1 unless given. */
  readonly numLayers?: number
  readonly bidirectional?: boolean
  readonly bias?: boolean
  /** Between layers, while training. */
  readonly dropout?: number
  /** Of all parameters; uniform within 1 / √hiddenSize unless given. */
  readonly init?: Initializer
}

export interface RecurrentResult {
  /** [batch, length, hidden], or twice as many features of both directions. */
  readonly output: Tensor
  /** The last state of each layer and direction: [layers · directions, batch, hidden]. */
  readonly hidden: Tensor
  /** The last cell state, of an LSTM. */
  readonly cell?: Tensor
}

export interface InitialState {
  readonly hidden?: Tensor
  readonly cell?: Tensor
}

type Layer = Module<[x: Tensor, initial?: InitialState], RecurrentResult>

interface Kind {
  readonly op: 'RNN' | 'LSTM' | 'GRU'
  /** Where each of ONNX's gates stands among PyTorch's. */
  readonly gates: readonly number[]
  readonly attributes: Readonly<Record<string, number>>
}

const rnnKind: Kind = { op: 'RNN', gates: [0], attributes: {} }
// PyTorch has input, forget, cell, output; ONNX input, output, forget, cell.
const lstmKind: Kind = { op: 'LSTM', gates: [0, 3, 1, 2], attributes: {} }
// PyTorch has reset, update, new; ONNX update, reset, hidden. Both apply the reset gate behind the product.
const gruKind: Kind = { op: 'GRU', gates: [1, 0, 2], attributes: { linear_before_reset: 1 } }

/** Elman's network with tanh: [batch, length, inputSize] to `output` and `hidden`. */
export function rnn(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}): Layer {
  return recurrent(rnnKind, inputSize, hiddenSize, options)
}

/** Long short-term memory (Hochreiter and Schmidhuber, 1997). Parameters `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0` … */
export function lstm(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}): Layer {
  return recurrent(lstmKind, inputSize, hiddenSize, options)
}

/** Gated recurrent units (Cho et al., 2014). */
export function gru(inputSize: number, hiddenSize: number, options: RecurrentOptions = {}): Layer {
  return recurrent(gruKind, inputSize, hiddenSize, options)
}

function recurrent(kind: Kind, inputSize: number, hiddenSize: number, options: RecurrentOptions): Layer {
  const { numLayers = 1, bidirectional = false } = options
  const directions = bidirectional ? 2 : 1
  const parts: Record<string, Variable | Module<[x: Tensor], Tensor>> = {}
  const inner = Array.from({ length: numLayers }, (_, i) =>
    layer(parts, i, kind, i === 0 ? inputSize : directions * hiddenSize, hiddenSize, options),
  )
  const between = dropout(options.dropout ?? 0)
  parts['dropout'] = between
  return module(kind.op.toLowerCase(), parts as Parts, (_self, x: Tensor, initial: InitialState = {}) => {
    const states = { hidden: [] as Tensor[], cell: [] as Tensor[] }
    // ONNX wants the length first.
    let sequence = x.transpose([1, 0, 2])
    inner.forEach((run, i) => {
      const own = (state: Tensor | undefined) => state?.at([i * directions, (i + 1) * directions])
      const { output, hidden, cell } = run(
        i > 0 ? between(sequence) : sequence,
        own(initial.hidden),
        own(initial.cell),
      )
      sequence = output
      states.hidden.push(hidden)
      if (cell) states.cell.push(cell)
    })
    return {
      output: sequence.transpose([1, 0, 2]),
      hidden: concat(states.hidden),
      ...(states.cell.length > 0 && { cell: concat(states.cell) }),
    }
  })
}

/** Adds the parameters of one layer, and gives the function of it: [length, batch, in] to [length, batch, out]. */
function layer(
  parts: Record<string, unknown>,
  index: number,
  { op, gates, attributes }: Kind,
  inputSize: number,
  hiddenSize: number,
  { bidirectional = false, bias = true, init = fanUniform(hiddenSize) }: RecurrentOptions,
) {
  const rows = gates.length * hiddenSize
  const make = (name: string, shape: readonly number[]) => {
    const made = parameter({ shape, init })
    parts[name] = made
    return made
  }
  const directions = (bidirectional ? ['', '_reverse'] : ['']).map((suffix) => ({
    input: make(`weight_ih_l${index}${suffix}`, [rows, inputSize]),
    hidden: make(`weight_hh_l${index}${suffix}`, [rows, hiddenSize]),
    biases: bias
      ? [make(`bias_ih_l${index}${suffix}`, [rows]), make(`bias_hh_l${index}${suffix}`, [rows])]
      : undefined,
  }))
  const reorder = ({ tensor }: Variable) => {
    const blocks = tensor.split(gates.length, 0)
    return concat(gates.map((gate) => blocks[gate]!))
  }
  const stacked = (list: readonly Tensor[]) => concat(list.map((one) => one.unsqueeze(0)))
  const hasCell = op === 'LSTM'
  return (x: Tensor, hidden: Tensor | undefined, cell: Tensor | undefined) => {
    const inputs = [
      x,
      stacked(directions.map((one) => reorder(one.input))),
      stacked(directions.map((one) => reorder(one.hidden))),
      bias ? stacked(directions.map((one) => concat(one.biases!.map(reorder)))) : undefined,
      undefined,
      hidden,
      ...(hasCell ? [cell] : []),
    ]
    const direction = bidirectional ? 'bidirectional' : 'forward'
    const results = applyAll(
      op,
      inputs.map((one) => one?.cell),
      { hidden_size: hiddenSize, direction, ...attributes },
      { outputs: hasCell ? 3 : 2 },
    )
    const [all, last, lastCell] = results.map((one) => x.derive(one))
    // [length, directions, batch, hidden]
    const output = bidirectional
      ? all!.transpose([0, 2, 1, 3]).reshape([0, 0, 2 * hiddenSize])
      : all!.squeeze(1)
    return { output, hidden: last!, cell: lastCell }
  }
}
