package dev.kryonix.cache.entry;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.MessageLite;
import dev.kryonix.api.cache.v1.BatchGetResponse;
import dev.kryonix.api.cache.v1.GetResponse;
import dev.kryonix.api.cache.v1.PipelineResponse;
import dev.kryonix.api.cache.v1.SetResponse;
import java.io.IOException;
import java.util.List;

/** The answers of reads and writes that are asked for most, as messages that write themselves. */
final class DirectReplies {
  private DirectReplies() {}

  /** A {@link GetResponse}. */
  static MessageLite get(Lookup lookup, String ifNoneMatch) {
    return lookup instanceof Lookup.Hit(Entry entry) && EntryProtos.isHit(entry)
        ? new Hit(entry, EntryProtos.isSame(entry, ifNoneMatch))
        : EntryProtos.response(lookup, ifNoneMatch);
  }

  /** A {@link BatchGetResponse}. */
  static MessageLite batch(List<Lookup> found) {
    return new Many(
        BatchGetResponse.RESULTS_FIELD_NUMBER, found.stream().map(each -> get(each, "")).toList());
  }

  /** A {@link SetResponse}. */
  static MessageLite set(Entry written) {
    return new Many(SetResponse.METADATA_FIELD_NUMBER, List.of(new DirectMetadata(written)));
  }

  /** A {@link PipelineResponse} with what a read has found. */
  static MessageLite pipelinedGet(long sequence, Lookup lookup, String ifNoneMatch) {
    return new Pipelined(sequence, PipelineResponse.GET_FIELD_NUMBER, get(lookup, ifNoneMatch));
  }

  /** A {@link PipelineResponse} with what was written. */
  static MessageLite pipelinedSet(long sequence, Entry written) {
    return new Pipelined(sequence, PipelineResponse.SET_FIELD_NUMBER, set(written));
  }

  /** A {@link GetResponse} with an entry. */
  private static final class Hit extends DirectMessage {
    private final boolean notModified;
    private final ByteString value;
    private final DirectMetadata metadata;

    Hit(Entry entry, boolean notModified) {
      this.notModified = notModified;
      this.value = notModified ? ByteString.EMPTY : entry.content().bytes();
      this.metadata = new DirectMetadata(entry);
    }

    @Override
    int measured() {
      int size = CodedOutputStream.computeBoolSize(GetResponse.HIT_FIELD_NUMBER, true);
      if (!value.isEmpty()) {
        size += CodedOutputStream.computeBytesSize(GetResponse.VALUE_FIELD_NUMBER, value);
      }
      if (notModified) {
        size += CodedOutputStream.computeBoolSize(GetResponse.NOT_MODIFIED_FIELD_NUMBER, true);
      }
      return size
          + CodedOutputStream.computeMessageSize(GetResponse.METADATA_FIELD_NUMBER, metadata);
    }

    @Override
    public void writeTo(CodedOutputStream out) throws IOException {
      out.writeBool(GetResponse.HIT_FIELD_NUMBER, true);
      if (!value.isEmpty()) {
        out.writeBytes(GetResponse.VALUE_FIELD_NUMBER, value);
      }
      if (notModified) {
        out.writeBool(GetResponse.NOT_MODIFIED_FIELD_NUMBER, true);
      }
      out.writeMessage(GetResponse.METADATA_FIELD_NUMBER, metadata);
    }
  }

  /** A message with one field of messages. */
  private static final class Many extends DirectMessage {
    private final int field;
    private final List<? extends MessageLite> all;

    Many(int field, List<? extends MessageLite> all) {
      this.field = field;
      this.all = all;
    }

    @Override
    int measured() {
      int size = 0;
      for (MessageLite each : all) {
        size += CodedOutputStream.computeMessageSize(field, each);
      }
      return size;
    }

    @Override
    public void writeTo(CodedOutputStream out) throws IOException {
      for (MessageLite each : all) {
        out.writeMessage(field, each);
      }
    }
  }

  /** A {@link PipelineResponse} with one of the results that it may have. */
  private static final class Pipelined extends DirectMessage {
    private final long sequence;
    private final int field;
    private final MessageLite result;

    Pipelined(long sequence, int field, MessageLite result) {
      this.sequence = sequence;
      this.field = field;
      this.result = result;
    }

    @Override
    int measured() {
      return (sequence == 0
              ? 0
              : CodedOutputStream.computeInt64Size(
                  PipelineResponse.SEQUENCE_FIELD_NUMBER, sequence))
          + CodedOutputStream.computeMessageSize(field, result);
    }

    @Override
    public void writeTo(CodedOutputStream out) throws IOException {
      if (sequence != 0) {
        out.writeInt64(PipelineResponse.SEQUENCE_FIELD_NUMBER, sequence);
      }
      out.writeMessage(field, result);
    }
  }
}
