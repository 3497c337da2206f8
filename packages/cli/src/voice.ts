/**
 * How a command speaks: words for people, events for programs. With `--json` standard output carries one JSON event a
 * line and nothing else, and the words go to standard error; `--quiet` leaves the words out, errors excepted.
 */
import type { ThalwegError } from 'thalweg'
import { type LiveLine, liveLine, type TerminalStream } from './terminal/live.ts'
import { type Style, styleFor, widthOf } from './terminal/style.ts'

export interface Voice {
  readonly json: boolean
  readonly style: Style
  /** Whether a person watches the words appear, so that a line may change in place. */
  readonly isLive: boolean
  /** Columns that words may take. */
  width(): number
  /** Lasting words, one or more lines. */
  say(text: string): void
  /** Changes the live line at the bottom; nothing where no one watches. */
  show(text: string): void
  hide(): void
  /** An event, where events were asked for. */
  event(event: Readonly<Record<string, unknown>> & { readonly type: string }): void
  /** The product of a command (a prediction's CSV): goes to standard output as it is. */
  output(text: string): void
  /** Three lines for people, and an event for programs. */
  error(error: ThalwegError): void
}

/** Where a command writes; tests give their own. */
export interface Streams {
  readonly stdout: TerminalStream
  readonly stderr: TerminalStream
  /** Fires when nobody reads standard output any more. Default never. */
  readonly gone?: AbortSignal
}

export interface VoiceOptions {
  readonly json?: boolean | undefined
  readonly quiet?: boolean | undefined
  /** Words go to standard error because standard output carries the product. Default false. */
  readonly aside?: boolean | undefined
}

export function createVoice(
  { json = false, quiet = false, aside = false }: VoiceOptions,
  { stdout, stderr, gone }: Streams,
): Voice {
  const words = json || aside ? stderr : stdout
  const live: LiveLine = liveLine(words)
  const isLive = words.isTTY === true && !quiet && process.env.TERM !== 'dumb'

  const voice: Voice = {
    json,
    style: styleFor(words),
    isLive,
    width: () => widthOf(words),
    say(text) {
      if (quiet) return
      // Where a run was saved must still reach someone.
      if (gone?.aborted && words === stdout) stderr.write(`${text}\n`)
      else live.print(text)
    },
    show(text) {
      if (isLive) live.show(text)
    },
    hide: () => live.clear(),
    event(event) {
      if (json) stdout.write(`${JSON.stringify(event)}\n`)
    },
    output(text) {
      stdout.write(text)
    },
    error(error) {
      live.clear()
      const { bad, dim } = styleFor(stderr)
      stderr.write(`${bad(error.rule)}\n${dim('received:')} ${error.received}\n${dim('try:')} ${error.try}\n`)
      voice.event({ type: 'error', code: error.code, rule: error.rule, received: error.received, try: error.try })
    },
  }
  return voice
}
