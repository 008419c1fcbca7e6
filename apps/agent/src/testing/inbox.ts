/** What arrived, kept until a test asks for it: so that no test depends on who is quicker. */
export class Inbox<Item> {
  readonly all: Item[] = [];
  #unread: Item[] = [];
  #waiting: { wanted: (item: Item) => boolean; take: (item: Item) => void }[] = [];

  push(item: Item): void {
    this.all.push(item);
    const at = this.#waiting.findIndex(({ wanted }) => wanted(item));
    if (at < 0) this.#unread.push(item);
    else this.#waiting.splice(at, 1)[0]?.take(item);
  }

  /** The first unread item that is wanted, as soon as there is one; it counts as read. */
  next<Wanted extends Item>(wanted: (item: Item) => item is Wanted): Promise<Wanted>;
  next(wanted?: (item: Item) => boolean): Promise<Item>;
  next(wanted: (item: Item) => boolean = () => true): Promise<Item> {
    const at = this.#unread.findIndex(wanted);
    const [found] = at < 0 ? [] : this.#unread.splice(at, 1);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((take) => this.#waiting.push({ wanted, take }));
  }
}
