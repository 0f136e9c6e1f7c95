package io.dosql.engine.archiver.chain;

import java.util.Arrays;

/**
 * Which page lies in which slot: a hash table of two arrays, for there may be hundreds of thousands
 * of pages. Not thread safe.
 */
final class PageSlots {

  static final int NONE = -1;

  private static final int MIN_CAPACITY = 8;

  /** Page numbers as unsigned; 0, which no page has, for a free place. */
  private int[] pages = new int[MIN_CAPACITY];

  private int[] slots = new int[MIN_CAPACITY];
  private int size;

  /** What is done with each page. */
  @FunctionalInterface
  interface Visitor<E extends Exception> {
    void visit(long page, int slot) throws E;
  }

  int size() {
    return size;
  }

  /** The page's slot, or {@link #NONE}. */
  int get(long page) {
    int at = find((int) page);
    return pages[at] == 0 ? NONE : slots[at];
  }

  /** Sets the page's slot; returns the one before, or {@link #NONE}. */
  int put(long page, int slot) {
    if (size * 2 >= pages.length) {
      grow();
    }
    int at = find((int) page);
    if (pages[at] == 0) {
      pages[at] = (int) page;
      slots[at] = slot;
      size++;
      return NONE;
    }
    int before = slots[at];
    slots[at] = slot;
    return before;
  }

  private int find(int page) {
    int mask = pages.length - 1;
    int at = (page * 0x9E3779B9) >>> 7 & mask;
    while (pages[at] != 0 && pages[at] != page) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private void grow() {
    int[] oldPages = pages;
    int[] oldSlots = slots;
    pages = new int[oldPages.length * 2];
    slots = new int[pages.length];
    for (int i = 0; i < oldPages.length; i++) {
      if (oldPages[i] != 0) {
        int at = find(oldPages[i]);
        pages[at] = oldPages[i];
        slots[at] = oldSlots[i];
      }
    }
  }

  /** In any order. */
  <E extends Exception> void forEach(Visitor<E> visitor) throws E {
    for (int i = 0; i < pages.length; i++) {
      if (pages[i] != 0) {
        visitor.visit(Integer.toUnsignedLong(pages[i]), slots[i]);
      }
    }
  }

  /** The pages' numbers, ascending. */
  long[] sortedPages() {
    long[] sorted = new long[size];
    int count = 0;
    for (int page : pages) {
      if (page != 0) {
        sorted[count++] = Integer.toUnsignedLong(page);
      }
    }
    Arrays.sort(sorted);
    return sorted;
  }
}
