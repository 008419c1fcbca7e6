/** The columns that the head, the rows and their skeleton share: one line on a desk, name and action on a phone. */
export const ROW_GRID =
  "max-md:grid-cols-[minmax(0,1fr)_auto] md:grid-cols-[minmax(0,2.4fr)_minmax(0,1.3fr)_minmax(0,1.6fr)_minmax(0,0.7fr)_12rem] lg:grid-cols-[minmax(0,2.4fr)_minmax(0,1.3fr)_minmax(0,1.6fr)_minmax(0,0.7fr)_16rem]";
