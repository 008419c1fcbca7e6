const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether text can be compared with a uuid column. Anything else is simply not found, never a database error. */
export const isUuid = (text: string): boolean => UUID.test(text);
