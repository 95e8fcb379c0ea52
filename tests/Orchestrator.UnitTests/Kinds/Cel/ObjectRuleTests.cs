using System.Text.Json.Nodes;
using Orchestrator.Model.CustomResources;
using Orchestrator.Model.Schemas;
using Orchestrator.Model.Validation;

namespace Orchestrator.UnitTests.Kinds.Cel;

/// <summary>Rules of schemas of custom kinds: what definitions may say, and what objects are refused for.</summary>
public sealed class ObjectRuleTests
{
    [Fact]
    public void Compare_with_the_old_value_where_there_is_one()
    {
        const string schema = """
            {"type": "object", "properties": {
              "fixed": {"type": "string", "x-kubernetes-validations": [{"rule": "self == oldSelf", "message": "is immutable", "reason": "FieldValueForbidden"}]},
              "list": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"], "items": {"type": "object", "required": ["k"],
                "properties": {"k": {"type": "string"}, "v": {"type": "integer"}},
                "x-kubernetes-validations": [{"rule": "self.v >= oldSelf.v", "messageExpression": "'may not shrink below ' + string(oldSelf.v)", "fieldPath": ".v"}]}}}}
            """;

        Assert.Empty(Errors(schema, """{"fixed": "a", "list": [{"k": "x", "v": 1}]}""", null));
        Assert.Equal(
            ["fixed: Forbidden: is immutable", "list[1].v: Invalid value: \"object\": may not shrink below 3"],
            Errors(schema, """{"fixed": "b", "list": [{"k": "y", "v": 1}, {"k": "x", "v": 2}]}""", """{"fixed": "a", "list": [{"k": "x", "v": 3}]}"""));
    }

    [Fact]
    public void Name_the_rule_where_there_is_no_message() => Assert.Equal(
        ["<nil>: Invalid value: \"object\": failed rule: self.a < self.b"],
        Errors(
            """{"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "x-kubernetes-validations": [{"rule": "self.a < self.b"}]}""",
            """{"a": 2, "b": 1}""",
            null));

    [Fact]
    public void What_was_stored_before_the_rule_is_let_be_until_it_changes()
    {
        const string schema = """{"type": "object", "properties": {"a": {"type": "integer", "x-kubernetes-validations": [{"rule": "self < 5"}]}, "b": {"type": "integer"}}}""";

        Assert.Empty(Errors(schema, """{"a": 9, "b": 2}""", """{"a": 9, "b": 1}"""));
        Assert.Equal(["a: Invalid value: \"integer\": failed rule: self < 5"], Errors(schema, """{"a": 8}""", """{"a": 9}"""));
    }

    [Fact]
    public void An_error_of_the_evaluation_is_an_error_of_the_object() => Assert.Equal(
        ["spec: Invalid value: \"object\": no such key: x evaluating rule: failed rule: self.x > 1"],
        Errors("""{"type": "object", "properties": {"spec": {"type": "object", "properties": {"x": {"type": "integer"}}, "x-kubernetes-validations": [{"rule": "self.x > 1"}]}}}""", """{"spec": {}}""", null));

    [Theory]
    [InlineData("self.my__dash__name == 3 && self.a__underscores__b == 1 && self.__in__ == 2")]
    [InlineData("self.metadata.name == 'n' && self.kind == 'K' && has(self.apiVersion)")]
    [InlineData("self.set == ['b', 'a'] && self.set + ['a', 'c'] == ['a', 'b', 'c']")]
    [InlineData("self.when < timestamp('2021-01-01T00:00:00Z') && self.day.getFullYear() == 2020 && self.span > duration('1s') && self.raw == b'hi'")]
    [InlineData("type(self.port) == int && self.port == 8080")]
    [InlineData("self.labels.all(k, self.labels[k].startsWith('v')) && self.labels.x == 'v1'")]
    [InlineData("oldSelf.hasValue() == false")]
    public void Read_values_by_their_schema(string rule)
    {
        string optional = rule.Contains("oldSelf", StringComparison.Ordinal) ? ", \"optionalOldSelf\": true" : "";
        string schema = """
            {"type": "object", "x-kubernetes-validations": [{"rule": "RULE", "message": "no"OPTIONAL }], "properties": {
              "my-name": {"type": "integer"}, "a__b": {"type": "integer"}, "in": {"type": "integer"}, "port": {"x-kubernetes-int-or-string": true},
              "set": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
              "when": {"type": "string", "format": "date-time"}, "day": {"type": "string", "format": "date"}, "span": {"type": "string", "format": "duration"},
              "raw": {"type": "string", "format": "byte"}, "labels": {"type": "object", "additionalProperties": {"type": "string"}}}}
            """
            .Replace("RULE", rule, StringComparison.Ordinal).Replace("OPTIONAL", optional, StringComparison.Ordinal);
        const string obj = """
            {"apiVersion": "a/v1", "kind": "K", "metadata": {"name": "n"}, "my-name": 3, "a__b": 1, "in": 2, "port": 8080, "set": ["a", "b"], "when": "2020-01-01T00:00:00Z",
             "day": "2020-02-02", "span": "1m", "raw": "aGk=", "labels": {"x": "v1"}}
            """;

        Assert.Empty(Faults(schema));
        Assert.Empty(Errors(schema, obj, null));
    }

    [Theory]
    [InlineData("""{"rule": "self.nosuch == 1"}""", "undefined field 'nosuch'")]
    [InlineData("""{"rule": "self.a"}""", "must evaluate to bool")]
    [InlineData("""{"rule": ""}""", "rule is not specified")]
    [InlineData("""{"rule": "true", "message": "a\nb"}""", "message must not contain line breaks")]
    [InlineData("""{"rule": "true &&\n true"}""", "message must be specified if rule contains line breaks")]
    [InlineData("""{"rule": "true", "messageExpression": "1"}""", "must evaluate to string")]
    [InlineData("""{"rule": "true", "reason": "Because"}""", "Unsupported value: \"Because\"")]
    [InlineData("""{"rule": "true", "fieldPath": "x"}""", "must be a path from the value")]
    [InlineData("""{"rule": "true", "optionalOldSelf": true}""", "may not be set if oldSelf is not used in rule")]
    [InlineData("""{"rule": "self.metadata.labels.size() > 0"}""", "undefined field 'labels'")]
    [InlineData("""{"rule": "self.a == 'x'"}""", "found no matching overload for '_==_' applied to '(int, string)'")]
    public void Are_refused_with_their_definition(string rule, string message) => Assert.Contains(
        Faults($$$"""{"type": "object", "properties": {"a": {"type": "integer"}}, "x-kubernetes-validations": [{{{rule.Replace("\n", "\\n", StringComparison.Ordinal)}}}]}"""),
        f => f.Contains(message, StringComparison.Ordinal));

    [Fact]
    public void Old_values_need_keys_to_be_found() => Assert.Equal(
        ["schema.properties[l].items.x-kubernetes-validations[0].rule: Invalid value: \"self == oldSelf\": oldSelf cannot be used on the uncorrelatable portion of the schema within schema.properties[l]"],
        Faults("""{"type": "object", "properties": {"l": {"type": "array", "items": {"type": "string", "x-kubernetes-validations": [{"rule": "self == oldSelf"}]}}}}"""));

    private static string[] Errors(string schema, string obj, string? old)
    {
        var errors = new List<FieldError>();
        ObjectRules.Of(Schema(schema))?.Run((JsonObject)JsonNode.Parse(obj)!, old is null ? null : (JsonObject)JsonNode.Parse(old)!, errors);
        return [.. errors.Select(e => e.ToString())];
    }

    private static string[] Faults(string schema)
    {
        var errors = new List<FieldError>();
        RuleDefinitions.Check(Schema(schema), "schema", errors);
        return [.. errors.Select(e => e.ToString())];
    }

    private static JsonSchema Schema(string json) => JsonSchemaReader.Read((JsonObject)JsonNode.Parse(json)!);
}
