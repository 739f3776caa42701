import { requestIdOf, type Particulars } from "./call.js";
import type { Condition } from "./condition.js";
import type { Context } from "./context.js";
import { duration } from "./duration.js";
import { required } from "./entries.js";
import { Expressions, type ExpressionOptions } from "./expression.js";
import { UnreadableAnswer } from "./failure.js";
import {
  ItemOutcome as Case,
  ItemServiceService as Rpc,
  ReturnValues as Wanted,
  type UpdateItemRequest,
} from "./gen/dynakv/v1/item.js";
import type { AttributeMap } from "./gen/dynakv/v1/types.js";
import type { ReadOptions, WriteOptions } from "./options.js";
import type { Update } from "./update.js";
import { fieldsToWire, itemFromWire, keyToWire, type Item, type ItemInput, type ItemKey } from "./value.js";

/** Options of `getItem`. */
export interface GetItemOptions extends ReadOptions, Pick<ExpressionOptions, "names"> {
  /** Read only these parts of the item: paths, or a DynamoDB projection expression. */
  readonly projection?: string | readonly string[] | undefined;
}

/** A write that may have a condition. */
export interface ConditionOptions extends ExpressionOptions {
  /** Write only if this holds of the item that is there: a {@link Condition} or a DynamoDB condition expression. */
  readonly condition?: string | Condition | undefined;
  /** Answer a condition that did not hold with the item as it is. */
  readonly returnCurrent?: boolean | undefined;
}

/** Options of `putItem`. */
export interface PutItemOptions extends WriteOptions, ConditionOptions {
  /** The item expires so many milliseconds from now: 1 to 100 years. By default it has no TTL, unless its attributes say so. */
  readonly ttl?: number | undefined;
  /** Answer with the item as it was before. */
  readonly returnOld?: boolean | undefined;
}

/** Options of `updateItem`. */
export interface UpdateItemOptions extends WriteOptions, ConditionOptions {
  /** What to answer with: all attributes or the changed ones, as they were before or as they are now. */
  readonly returnValues?: "allOld" | "updatedOld" | "allNew" | "updatedNew" | undefined;
}

/** Options of `deleteItem`. */
export interface DeleteItemOptions extends WriteOptions, ConditionOptions {
  /** Answer with the item as it was before. */
  readonly returnOld?: boolean | undefined;
  /**
   * Do not ask whether there was such an item: `existed` is false and says nothing. The delete may then share a call to DynamoDB
   * with other writes, and a lost answer of DynamoDB does not make its outcome unknown. Not with `condition` or `returnOld`.
   */
  readonly omitExisted?: boolean | undefined;
}

/** The condition of a write of an item did not hold; nothing changed. */
export interface ConditionFailed {
  readonly outcome: "conditionFailed";
  /** With `returnCurrent`: the item as it is, if there is one. */
  readonly current: Item | undefined;
}

/** What a put or an update wrote. */
export interface WrittenItem {
  readonly outcome: "applied";
  /** The version of the item as written. */
  readonly version: string;
  /** When the item expires, if the call gave a TTL. */
  readonly expireTime: Date | undefined;
  /** What the call asked for by `returnOld` or `returnValues`, if there is something to show. */
  readonly attributes: Item | undefined;
  /** The write happened, but the attributes that were asked for are lost. */
  readonly attributesLost: boolean;
}

/** What a delete found. */
export interface DeletedItem {
  readonly outcome: "applied";
  /** Whether there was such an item. It is gone in either case. Says nothing with `omitExisted`. */
  readonly existed: boolean;
  /** With `returnOld`: the item that was deleted, if there was one. */
  readonly attributes: Item | undefined;
}

const RETURN_VALUES = {
  allOld: Wanted.ALL_OLD,
  updatedOld: Wanted.UPDATED_OLD,
  allNew: Wanted.ALL_NEW,
  updatedNew: Wanted.UPDATED_NEW,
} as const;

export function getItem({ caller, table }: Context, key: ItemKey, options: GetItemOptions): Promise<Item | undefined> {
  const expressions = new Expressions(options);
  const request = {
    table: options.table ?? table,
    key: keyToWire(key),
    consistentRead: options.consistent ?? false,
    returnConsumedCapacity: false,
    projection: expressions.projection(options.projection),
    names: expressions.names,
  };
  return caller.unary(Rpc.getItem, request, options, ({ item }) => itemOf(item));
}

export function putItem(
  context: Context,
  item: ItemInput,
  options: PutItemOptions,
): Promise<WrittenItem | ConditionFailed> {
  const { fields, particulars } = write(context, options);
  const request = {
    ...fields,
    item: fieldsToWire(item),
    ttl: options.ttl === undefined ? undefined : duration(options.ttl),
    returnValues: options.returnOld === true ? Wanted.ALL_OLD : Wanted.NONE,
  };
  return context.caller.unary(
    Rpc.putItem,
    request,
    options,
    ({ outcome, version, expireTime, current, attributes, attributesLost }) =>
      read<WrittenItem>(outcome, current, () => ({
        outcome: "applied",
        version: required(version, "version"),
        expireTime,
        attributes: itemOf(attributes),
        attributesLost,
      })),
    particulars,
  );
}

export function updateItem(
  context: Context,
  key: ItemKey,
  update: string | Update,
  options: UpdateItemOptions,
): Promise<WrittenItem | ConditionFailed> {
  const { fields, particulars } = write(context, options);
  const request = {
    ...fields,
    key: keyToWire(key),
    update: updateToWire(update),
    returnValues: options.returnValues === undefined ? Wanted.NONE : RETURN_VALUES[options.returnValues],
  };
  return context.caller.unary(
    Rpc.updateItem,
    request,
    options,
    ({ outcome, version, current, attributes, attributesLost }) =>
      read<WrittenItem>(outcome, current, () => ({
        outcome: "applied",
        version: required(version, "version"),
        expireTime: undefined,
        attributes: itemOf(attributes),
        attributesLost,
      })),
    particulars,
  );
}

export function deleteItem(
  context: Context,
  key: ItemKey,
  options: DeleteItemOptions,
): Promise<DeletedItem | ConditionFailed> {
  const { fields, particulars } = write(context, options);
  const request = {
    ...fields,
    key: keyToWire(key),
    returnValues: options.returnOld === true ? Wanted.ALL_OLD : Wanted.NONE,
    omitExisted: options.omitExisted ?? false,
  };
  return context.caller.unary(
    Rpc.deleteItem,
    request,
    options,
    ({ outcome, existed, current, attributes }) =>
      read<DeletedItem>(outcome, current, () => ({ outcome: "applied", existed, attributes: itemOf(attributes) })),
    particulars,
  );
}

/** An update on the wire: typed changes, or a DynamoDB update expression. */
export function updateToWire(update: string | Update): UpdateItemRequest["update"] {
  return typeof update === "string"
    ? { $case: "updateExpression", value: update }
    : { $case: "actions", value: update.toWire() };
}

/** A condition with its names and values, on the wire. */
export function conditionToWire(options: ConditionOptions) {
  const expressions = new Expressions(options);
  const condition = expressions.render(options.condition);
  return { condition, names: expressions.names, values: expressions.values };
}

/** What all conditional writes of an item have. */
function write({ table }: Context, options: WriteOptions & ConditionOptions) {
  const requestId = requestIdOf(options);
  const particulars: Particulars = { requestId };
  const fields = {
    table: options.table ?? table,
    returnCurrent: options.returnCurrent ?? false,
    requestId,
    returnConsumedCapacity: false,
    ...conditionToWire(options),
  };
  return { fields, particulars };
}

function read<T>(outcome: Case, current: AttributeMap | undefined, applied: () => T): T | ConditionFailed {
  switch (outcome) {
    case Case.APPLIED:
      return applied();
    case Case.CONDITION_FAILED:
      return { outcome: "conditionFailed", current: itemOf(current) };
    default:
      throw new UnreadableAnswer("no known outcome");
  }
}

function itemOf(map: AttributeMap | undefined): Item | undefined {
  return map && itemFromWire(map);
}
