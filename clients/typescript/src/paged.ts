/** One page of what there is to read. */
export interface Page<T> {
  /** What it holds. It may hold nothing and yet not be the last. */
  readonly rows: readonly T[];
  /** How many it holds. */
  readonly count: number;
  /** For the next page. `undefined`: there is none. It holds keys, encrypted; it is valid for the same request. */
  readonly nextPageToken: string | undefined;
}

/** How to read in pages. */
export interface PageOptions {
  /** At most this many in a page: 1 to 10,000. */
  readonly pageSize?: number | undefined;
  /** Begin with the page that this token is of, as another call was told. By default with the first. */
  readonly pageToken?: string | undefined;
}

/** Reads the page of a token. `abandoned` says that nobody waits for it any more. */
export type ReadPage<T> = (pageToken: string, abandoned?: AbortSignal) => Promise<Page<T>>;

/**
 * Something to read in pages. Nothing is read before the first page is asked for.
 *
 * Iterated over, it reads all pages and gives one by one what they hold; a loop that is left ends the reading. Each page is
 * a call of its own, with its own time and its own retries, and while one is used the next is already read.
 */
export class Paged<T> implements AsyncIterable<T> {
  readonly #read: ReadPage<T>;
  readonly #first: string;

  /** @internal */
  constructor(read: ReadPage<T>, first = "") {
    this.#read = read;
    this.#first = first;
  }

  /** Reads one page: the first, or that of the `pageToken` of the call. */
  page(): Promise<Page<T>> {
    return this.#read(this.#first);
  }

  /** Reads all pages. After an error it ends; the token of the last page goes on from there. */
  async *pages(): AsyncGenerator<Page<T>, void, undefined> {
    const abandoned = new AbortController();
    const begin = (token: string): Promise<Page<T>> => {
      const reading = this.#read(token, abandoned.signal);
      // Whoever waits for the page hears of its failure; if nobody does, it is not to end the process.
      reading.catch(() => undefined);
      return reading;
    };
    let reading: Promise<Page<T>> | undefined = begin(this.#first);
    try {
      while (reading !== undefined) {
        const page: Page<T> = await reading;
        reading = page.nextPageToken === undefined ? undefined : begin(page.nextPageToken);
        yield page;
      }
    } finally {
      abandoned.abort();
    }
  }

  /** Reads all pages and gives one by one what they hold. */
  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const { rows } of this.pages()) {
      yield* rows;
    }
  }

  /** Reads all pages and gives all that they hold at once. */
  async toArray(): Promise<T[]> {
    const all: T[] = [];
    for await (const row of this) {
      all.push(row);
    }
    return all;
  }
}

/** Items to read in pages, or only to count. */
export class PagedItems<T> extends Paged<T> {
  readonly #counted: Paged<T>;

  /** @internal */
  constructor(read: ReadPage<T>, count: ReadPage<T>, first?: string) {
    super(read, first);
    this.#counted = new Paged(count, first);
  }

  /** Counts the items of all pages, without reading them to here. */
  async count(): Promise<number> {
    let sum = 0;
    for await (const { count } of this.#counted.pages()) {
      sum += count;
    }
    return sum;
  }
}
