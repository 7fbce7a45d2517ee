package dev.kryonix.kit.server;

import build.buf.protovalidate.Violation;
import build.buf.validate.FieldPathElement;

/**
 * A rule that a message breaks.
 *
 * @param path the field, in the spelling of google.rpc.BadRequest, such as {@code items[3].key};
 *     empty for the whole message
 * @param message what is wrong with it
 */
record BrokenRule(String path, String message) {
  static BrokenRule of(Violation violation) {
    return new BrokenRule(path(violation), violation.toProto().getMessage());
  }

  String describe() {
    return path.isEmpty() ? message : path + ": " + message;
  }

  private static String path(Violation violation) {
    StringBuilder path = new StringBuilder();
    for (FieldPathElement element : violation.toProto().getField().getElementsList()) {
      if (!path.isEmpty()) {
        path.append('.');
      }
      path.append(element.getFieldName());
      switch (element.getSubscriptCase()) {
        case INDEX -> path.append('[').append(element.getIndex()).append(']');
        case BOOL_KEY -> path.append('[').append(element.getBoolKey()).append(']');
        case INT_KEY -> path.append('[').append(element.getIntKey()).append(']');
        case UINT_KEY -> path.append('[').append(element.getUintKey()).append(']');
        case STRING_KEY -> path.append("[\"").append(element.getStringKey()).append("\"]");
        case SUBSCRIPT_NOT_SET -> {}
      }
    }
    return path.toString();
  }
}
