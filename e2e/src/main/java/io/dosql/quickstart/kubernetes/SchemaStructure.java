package io.dosql.quickstart.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/** The structure of a custom resource, read from its OpenAPI v3 schema. */
record SchemaStructure(JsonNode schema) implements Structure {

  /** The structure of a whole custom resource; its metadata is as everywhere. */
  static Structure root(JsonNode schema) {
    return new Root(new SchemaStructure(schema));
  }

  private record Root(SchemaStructure body) implements Structure {

    @Override
    public Structure field(String name) {
      return name.equals("metadata") ? BuiltinStructure.ROOT.field(name) : body.field(name);
    }

    @Override
    public Structure item() {
      return body.item();
    }

    @Override
    public ListType listType() {
      return body.listType();
    }

    @Override
    public boolean atomicMap() {
      return false;
    }
  }

  @Override
  public Structure field(String name) {
    JsonNode property = schema.path("properties").path(name);
    return new SchemaStructure(
        property.isObject() ? property : schema.path("additionalProperties"));
  }

  @Override
  public Structure item() {
    return new SchemaStructure(schema.path("items"));
  }

  @Override
  public ListType listType() {
    return switch (schema.path("x-kubernetes-list-type").asText("atomic")) {
      case "map" -> {
        List<String> keys = new ArrayList<>();
        schema.path("x-kubernetes-list-map-keys").forEach(key -> keys.add(key.asText()));
        yield new MapByKeys(keys);
      }
      case "set" -> new SetOfValues();
      default -> new Atomic();
    };
  }

  @Override
  public boolean atomicMap() {
    return schema.path("x-kubernetes-map-type").asText("").equals("atomic");
  }
}
