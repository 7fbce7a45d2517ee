package dev.kryonix.gateway.openapi;

import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.EnumDescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.DescriptorProtos.ServiceDescriptorProto;
import com.google.protobuf.DescriptorProtos.SourceCodeInfo.Location;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.Descriptors.GenericDescriptor;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The comments of the contracts as Markdown, by the full name of what they stand at. */
final class Comments {
  private final Map<String, String> byName = new HashMap<>();

  Comments(Collection<FileDescriptor> files) {
    files.forEach(file -> new OfFile(file.toProto()).read());
  }

  /** The comment at an element; empty when it has none. */
  String of(GenericDescriptor element) {
    String name =
        element instanceof EnumValueDescriptor value
            ? value.getType().getFullName() + "." + value.getName()
            : element.getFullName();
    return byName.getOrDefault(name, "");
  }

  /** The comments of one file, found by the paths that source info has instead of names. */
  private final class OfFile {
    private final FileDescriptorProto file;
    private final Map<List<Integer>, String> byPath = new HashMap<>();

    OfFile(FileDescriptorProto file) {
      this.file = file;
      for (Location location : file.getSourceCodeInfo().getLocationList()) {
        String comment =
            location.hasLeadingComments()
                ? location.getLeadingComments()
                : location.getTrailingComments();
        if (!comment.isBlank()) {
          byPath.put(location.getPathList(), Markdown.of(comment));
        }
      }
    }

    void read() {
      String scope = file.getPackage();
      for (int i = 0; i < file.getServiceCount(); i++) {
        service(file.getService(i), scope, List.of(FileDescriptorProto.SERVICE_FIELD_NUMBER, i));
      }
      for (int i = 0; i < file.getMessageTypeCount(); i++) {
        message(
            file.getMessageType(i),
            scope,
            List.of(FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER, i));
      }
      for (int i = 0; i < file.getEnumTypeCount(); i++) {
        enumeration(
            file.getEnumType(i), scope, List.of(FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER, i));
      }
    }

    private void service(ServiceDescriptorProto service, String scope, List<Integer> path) {
      String name = note(scope, service.getName(), path);
      for (int i = 0; i < service.getMethodCount(); i++) {
        note(
            name,
            service.getMethod(i).getName(),
            inside(path, ServiceDescriptorProto.METHOD_FIELD_NUMBER, i));
      }
    }

    private void message(DescriptorProto message, String scope, List<Integer> path) {
      String name = note(scope, message.getName(), path);
      for (int i = 0; i < message.getFieldCount(); i++) {
        note(
            name,
            message.getField(i).getName(),
            inside(path, DescriptorProto.FIELD_FIELD_NUMBER, i));
      }
      for (int i = 0; i < message.getOneofDeclCount(); i++) {
        note(
            name,
            message.getOneofDecl(i).getName(),
            inside(path, DescriptorProto.ONEOF_DECL_FIELD_NUMBER, i));
      }
      for (int i = 0; i < message.getNestedTypeCount(); i++) {
        message(
            message.getNestedType(i),
            name,
            inside(path, DescriptorProto.NESTED_TYPE_FIELD_NUMBER, i));
      }
      for (int i = 0; i < message.getEnumTypeCount(); i++) {
        enumeration(
            message.getEnumType(i), name, inside(path, DescriptorProto.ENUM_TYPE_FIELD_NUMBER, i));
      }
    }

    private void enumeration(EnumDescriptorProto type, String scope, List<Integer> path) {
      String name = note(scope, type.getName(), path);
      for (int i = 0; i < type.getValueCount(); i++) {
        note(
            name,
            type.getValue(i).getName(),
            inside(path, EnumDescriptorProto.VALUE_FIELD_NUMBER, i));
      }
    }

    private String note(String scope, String name, List<Integer> path) {
      String full = scope.isEmpty() ? name : scope + "." + name;
      String comment = byPath.get(path);
      if (comment != null) {
        byName.put(full, comment);
      }
      return full;
    }

    private static List<Integer> inside(List<Integer> path, int field, int index) {
      List<Integer> longer = new ArrayList<>(path);
      longer.add(field);
      longer.add(index);
      return longer;
    }
  }
}
