package io.dosql.engine.archiver;

import static org.assertj.core.api.Assertions.assertThat;

import io.dosql.engine.archive.log.LogObject;
import io.dosql.engine.archive.log.LogObjectHeader;
import io.dosql.engine.archive.log.LogObjects;
import io.dosql.engine.archive.log.LogSpan;
import io.dosql.engine.archive.log.Sha256;
import io.dosql.engine.archive.log.TenantEntry;
import io.dosql.engine.archive.store.ObjectStore;
import io.dosql.engine.log.LogPosition;
import io.dosql.engine.log.LoggedPart;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What the store holds of a line, read back in full and checked: numbers, checksums from object to
 * object, spans, indexes, and that reading by ranges gives what reading all gives.
 */
record ArchivedLine(List<LogObjectHeader> headers, List<LoggedPart> parts, List<LogSpan> gaps) {

  static ArchivedLine read(ObjectStore store, String line) throws IOException {
    LogObjects objects = new LogObjects(store, DrivenArchiver.LAYOUT, line);
    List<LogObjectHeader> headers = new ArrayList<>();
    List<LoggedPart> parts = new ArrayList<>();
    List<LogSpan> gaps = new ArrayList<>();
    Sha256 previous = Sha256.NONE;
    for (LogObjects.Stored stored : objects.listAfter(0).toList()) {
      LogObject object = objects.open(stored.number());
      LogObjectHeader header = object.header();
      assertThat(stored.number()).isEqualTo(headers.size() + 1);
      assertThat(stored.sizeBytes()).isEqualTo(header.sizeBytes());
      assertThat(header.place().previous()).isEqualTo(previous);
      if (headers.isEmpty()) {
        assertThat(header.place().gapBefore().isEmpty()).isTrue();
      } else {
        LogObjectHeader before = headers.getLast();
        assertThat(header.place().previousEnd()).isEqualTo(before.place().span().to());
        assertThat(header.place().epoch()).isGreaterThanOrEqualTo(before.place().epoch());
      }
      if (!header.place().gapBefore().isEmpty()) {
        gaps.add(header.place().gapBefore());
        assertThat(header.place().lastGap()).contains(header.place().gapBefore());
      }
      assertThat(header.place().gaps()).isEqualTo(gaps.size());
      List<LoggedPart> own = new ArrayList<>();
      object.visitParts(own::add);
      checkIndex(object, own);
      own.forEach(part -> assertThat(contains(header.place().span(), part.position())).isTrue());
      previous = object.verify();
      headers.add(header);
      parts.addAll(own);
    }
    return new ArchivedLine(headers, parts, gaps);
  }

  private static void checkIndex(LogObject object, List<LoggedPart> parts) throws IOException {
    int count = 0;
    for (TenantEntry entry : object.index().tenants()) {
      List<LoggedPart> expected =
          parts.stream().filter(part -> part.part().tenant().equals(entry.tenant())).toList();
      List<LoggedPart> found = new ArrayList<>();
      object.visitParts(entry, found::add);
      assertThat(found).isEqualTo(expected);
      List<LoggedPart> ends = expected.stream().filter(part -> part.part().isLast()).toList();
      assertThat(entry.firstCommit()).isEqualTo(ends.isEmpty() ? 0 : ends.getFirst().part().lsn());
      assertThat(entry.lastCommit()).isEqualTo(ends.isEmpty() ? 0 : ends.getLast().part().lsn());
      if (!ends.isEmpty()) {
        assertThat(entry.firstTime()).isEqualTo(ends.getFirst().time());
        assertThat(entry.lastTime()).isEqualTo(ends.getLast().time());
      }
      count += found.size();
    }
    assertThat(count).isEqualTo(parts.size()).isEqualTo(object.header().parts());
  }

  static boolean contains(LogSpan span, LogPosition position) {
    return position.compareTo(span.from()) >= 0 && position.compareTo(span.to()) < 0;
  }

  boolean isGap(LogPosition position) {
    return gaps.stream().anyMatch(gap -> contains(gap, position));
  }

  LogPosition end() {
    return headers.isEmpty() ? LogPosition.START : headers.getLast().place().span().to();
  }

  /** The line holds exactly these parts up to its end, but for its gaps. */
  void checkPrefixOf(List<LoggedPart> all) {
    List<LoggedPart> expected =
        all.stream()
            .filter(part -> part.position().compareTo(end()) < 0)
            .filter(part -> !isGap(part.position()))
            .toList();
    assertThat(parts).isEqualTo(expected);
  }
}
