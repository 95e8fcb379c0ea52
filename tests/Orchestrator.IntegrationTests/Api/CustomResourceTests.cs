using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>Custom kinds as users of stock kubectl know them.</summary>
public sealed class CustomResourceTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    public static TheoryData<string> Programs => [.. Kubectl.Installed];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Live_from_definition_to_deletion(string program)
    {
        var id = $"w{Path.GetFileName(program).Replace("kubectl", "", StringComparison.Ordinal).Replace(".", "", StringComparison.Ordinal)}";
        var kubectl = await fixture.NamespaceAsync(program);
        await kubectl.FeedAsync(Definition(id), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Established", $"crd/{id}s.example.com", "--timeout=170s");

        await kubectl.FeedAsync(Widget(id, "v1", "one", "size: 2"), "apply", "-f", "-");
        Assert.Equal("2 small", await kubectl.RunAsync("get", id, "one", "-o", "jsonpath={.spec.size} {.spec.tier}"));
        Assert.Equal($"example.com/v1", await kubectl.RunAsync("get", $"{id}s.v1.example.com", "one", "-o", "jsonpath={.apiVersion}"));
        Assert.Equal($"example.com/v1beta1", await kubectl.RunAsync("get", $"{id}s.v1beta1.example.com", "one", "-o", "jsonpath={.apiVersion}"));

        var table = await kubectl.RunAsync("get", $"{id}s");
        Assert.Matches(@"NAME\s+SIZE\s+TIER\s+AGE\n", table);
        Assert.Matches(@"one\s+2\s+small\s+\d+s\n", table);

        await kubectl.RunAsync("scale", "--replicas=5", $"{id}/one");
        Assert.Equal("5 2", await kubectl.RunAsync("get", id, "one", "-o", "jsonpath={.spec.size} {.metadata.generation}"));

        await kubectl.RunAsync("patch", id, "one", "--type=merge", "-p", "{\"spec\":{\"tier\":\"large\"}}");
        Assert.Contains("one", await kubectl.RunAsync("get", id, "--field-selector", "spec.tier=large", "-o", "name"), StringComparison.Ordinal);
        Assert.Equal("", await kubectl.RunAsync("get", id, "--field-selector", "spec.tier=small", "-o", "name"));
        Assert.Contains("How big it is.", await kubectl.RunAsync("explain", $"{id}.spec.size"), StringComparison.Ordinal);

        var (code, _, errors) = await kubectl.TryAsync(Widget(id, "v1", "two", "size: 11\n  tier: huge"), "create", "-f", "-", "--validate=ignore");
        Assert.NotEqual(0, code);
        Assert.Contains("spec.size: Invalid value: 11: spec.size in body should be less than or equal to 10", errors, StringComparison.Ordinal);
        Assert.Contains("spec.tier: Unsupported value: \"huge\": supported values: \"small\", \"large\"", errors, StringComparison.Ordinal);

        (code, _, errors) = await kubectl.TryAsync(Widget(id, "v1", "two", "size: 1\n  colour: red"), "create", "-f", "-");
        Assert.NotEqual(0, code);
        Assert.Contains("unknown field \"spec.colour\"", errors, StringComparison.Ordinal);

        await kubectl.RunAsync("delete", "crd", $"{id}s.example.com", "--timeout=170s");
        (code, _, errors) = await kubectl.TryAsync(null, "get", $"{id}s");
        Assert.NotEqual(0, code);
        // Some remember for a while what was served.
        Assert.Matches("doesn't have a resource type|NotFound", errors);
    }

    [Fact]
    public async Task Definitions_are_refused_with_all_that_is_wrong()
    {
        var kubectl = fixture.Server.Kubectl();
        var (code, _, errors) = await kubectl.TryAsync(
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: wrong.example.com}
            spec:
              group: example.com
              scope: Everywhere
              names: {plural: things, kind: Thing}
              versions:
              - name: v1
                served: true
                storage: false
                schema: {openAPIV3Schema: {type: object, properties: {spec: {properties: {a: {type: array}}}}}}
            """,
            "create", "-f", "-", "--validate=ignore");
        Assert.NotEqual(0, code);
        Assert.Contains("metadata.name: Invalid value: \"wrong.example.com\": must be spec.names.plural+\".\"+spec.group", errors, StringComparison.Ordinal);
        Assert.Contains("spec.scope: Unsupported value: \"Everywhere\"", errors, StringComparison.Ordinal);
        Assert.Contains("must have exactly one version marked as storage version", errors, StringComparison.Ordinal);
        Assert.Contains("spec.versions[0].schema.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields", errors, StringComparison.Ordinal);
        Assert.Contains("properties[a].items: Required value: must be specified", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_of_their_schemas_are_enforced()
    {
        var kubectl = await fixture.NamespaceAsync(null);
        const string definition = """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: ranges.rules.example.com}
            spec:
              group: rules.example.com
              scope: Namespaced
              names: {plural: ranges, kind: Range}
              versions:
              - name: v1
                served: true
                storage: true
                schema:
                  openAPIV3Schema:
                    type: object
                    properties:
                      spec:
                        type: object
                        properties:
                          low: {type: integer}
                          high: {type: integer}
                          owner: {type: string, x-kubernetes-validations: [{rule: self == oldSelf, message: the owner cannot change}]}
                        x-kubernetes-validations:
                        - rule: self.low <= self.HIGH
                          messageExpression: "'low is ' + string(self.low) + ', above high'"
            """;
        var (code, _, errors) = await kubectl.TryAsync(definition, "create", "-f", "-");
        Assert.NotEqual(0, code);
        Assert.Contains("spec.properties[spec].x-kubernetes-validations[0].rule: Invalid value: \"self.low <= self.HIGH\"", errors.Replace("versions[0].schema.openAPIV3Schema.", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains("undefined field 'HIGH'", errors, StringComparison.Ordinal);

        await kubectl.FeedAsync(definition.Replace("HIGH", "high", StringComparison.Ordinal), "create", "-f", "-");
        await kubectl.RunAsync("wait", "--for=condition=Established", "crd/ranges.rules.example.com", "--timeout=170s");
        (code, _, errors) = await kubectl.TryAsync(Range("low: 3, high: 2, owner: me"), "create", "-f", "-");
        Assert.NotEqual(0, code);
        Assert.Contains("spec: Invalid value: \"object\": low is 3, above high", errors, StringComparison.Ordinal);

        await kubectl.FeedAsync(Range("low: 1, high: 2, owner: me"), "create", "-f", "-");
        (code, _, errors) = await kubectl.TryAsync(Range("low: 1, high: 2, owner: you"), "replace", "-f", "-");
        Assert.NotEqual(0, code);
        Assert.Matches("spec.owner: Invalid value: \"string\": the owner cannot change", errors);
        await kubectl.RunAsync("patch", "range", "r", "--type=merge", "-p", "{\"spec\":{\"low\":2}}");
    }

    private static string Range(string spec) => $$"""
        apiVersion: rules.example.com/v1
        kind: Range
        metadata: {name: r}
        spec: { {{spec}} }
        """;

    private static string Widget(string id, string version, string name, string spec) =>
        $"apiVersion: example.com/{version}\nkind: {Kind(id)}\nmetadata:\n  name: {name}\nspec:\n  {spec}\n";

    private static string Kind(string id) => char.ToUpperInvariant(id[0]) + id[1..];

    private static string Definition(string id) =>
        $$"""
        apiVersion: apiextensions.k8s.io/v1
        kind: CustomResourceDefinition
        metadata: {name: {{id}}s.example.com}
        spec:
          group: example.com
          scope: Namespaced
          names: {plural: {{id}}s, singular: {{id}}, kind: {{Kind(id)}}}
          versions:
          - name: v1
            served: true
            storage: true
            subresources:
              status: {}
              scale: {specReplicasPath: .spec.size, statusReplicasPath: .status.size}
            selectableFields: [{jsonPath: .spec.tier}]
            additionalPrinterColumns:
            - {name: Size, type: integer, jsonPath: .spec.size}
            - {name: Tier, type: string, jsonPath: .spec.tier}
            - {name: Age, type: date, jsonPath: .metadata.creationTimestamp}
            schema: &schema
              openAPIV3Schema:
                type: object
                properties:
                  spec:
                    type: object
                    properties:
                      size: {type: integer, minimum: 0, maximum: 10, description: How big it is.}
                      tier: {type: string, enum: [small, large], default: small}
                  status:
                    type: object
                    properties:
                      size: {type: integer}
          - name: v1beta1
            served: true
            storage: false
            schema: *schema
        """;
}
