using System.Text.Json.Nodes;
using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>Stock kubectl, every version on the machine: server-side apply, its conflicts, and all that goes with apply on the client's side.</summary>
public sealed class KubectlApplyTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private const string Settings =
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings, labels: {part: settings}}
        data: {color: blue, size: large}
        """;

    public static TheoryData<string> Programs => [.. Kubectl.Installed];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Server_side_apply_creates_changes_and_removes_what_is_no_longer_declared(string program)
    {
        var kubectl = await fixture.NamespaceAsync(program);

        Assert.Equal("configmap/settings serverside-applied\n", await kubectl.FeedAsync(Settings, "apply", "--server-side", "-f", "-"));
        var first = await kubectl.RunAsync("get", "cm", "settings", "-o", "jsonpath={.metadata.resourceVersion}");
        await kubectl.FeedAsync(Settings, "apply", "--server-side", "-f", "-");
        var second = await kubectl.RunAsync("get", "cm", "settings", "-o", "jsonpath={.metadata.resourceVersion}");
        await kubectl.FeedAsync(Settings.Replace(", size: large", ""), "apply", "--server-side", "-f", "-");

        Assert.Equal(first, second);
        Assert.Equal("""{"color":"blue"}""", await kubectl.RunAsync("get", "cm", "settings", "-o", "jsonpath={.data}"));
        var yaml = await kubectl.RunAsync("get", "cm", "settings", "-o", "yaml", "--show-managed-fields");
        Assert.Contains("manager: kubectl\n", yaml);
        Assert.Contains("operation: Apply\n", yaml);
        Assert.DoesNotContain("managedFields", await kubectl.RunAsync("get", "cm", "settings", "-o", "yaml"));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task A_conflict_names_the_other_manager_and_the_field_and_force_takes_it_over(string program)
    {
        var kubectl = await fixture.NamespaceAsync(program);
        await kubectl.FeedAsync(Settings, "apply", "--server-side", "--field-manager=first", "-f", "-");
        await kubectl.RunAsync("patch", "cm", "settings", "--type=merge", "-p", """{"data":{"size":"small"}}""", "--field-manager=editor");

        var refused = await kubectl.TryAsync(Settings.Replace("blue", "red"), "apply", "--server-side", "--field-manager=second", "-f", "-");
        await kubectl.FeedAsync(Settings.Replace("blue", "red"), "apply", "--server-side", "--field-manager=second", "--force-conflicts", "-f", "-");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("Apply failed with 2 conflicts: conflicts with \"editor\" using v1:\n- .data.size\nconflicts with \"first\":\n- .data.color", refused.Errors);
        Assert.Equal("red large", await kubectl.RunAsync("get", "cm", "settings", "-o", "jsonpath={.data.color} {.data.size}"));
        var managers = await kubectl.RunAsync("get", "cm", "settings", "-o", "jsonpath={.metadata.managedFields[*].manager}");
        Assert.Equal("first second", string.Join(' ', managers.Split(' ').Order(StringComparer.Ordinal)));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task What_kubectl_applied_on_the_client_it_goes_on_to_apply_on_the_server(string program)
    {
        var kubectl = await fixture.NamespaceAsync(program);
        await kubectl.FeedAsync(Settings, "apply", "-f", "-");

        await kubectl.FeedAsync(Settings.Replace("blue", "red").Replace(", size: large", ""), "apply", "--server-side", "-f", "-");

        Assert.Equal("""{"color":"red"}""", await kubectl.RunAsync("get", "cm", "settings", "-o", "jsonpath={.data}"));
        // kubectl hands the fields to its applier by a patch of the managed fields, and leaves the annotation to an applier of its own.
        Assert.Equal("Apply Apply", await kubectl.RunAsync("get", "cm", "settings", "-o", "jsonpath={.metadata.managedFields[*].operation}"));
        // The annotation follows, so that the way back to client-side apply stays open.
        Assert.Contains("red", await kubectl.RunAsync("apply", "view-last-applied", "cm", "settings"));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Pods_are_applied_by_two_managers_element_by_element(string program)
    {
        var kubectl = await fixture.NamespaceAsync(program);
        const string Pod =
            """
            apiVersion: v1
            kind: Pod
            metadata: {name: web}
            spec:
              schedulerName: none
              containers:
              - {name: main, image: "busybox:1", ports: [{containerPort: 80}]}
            """;

        await kubectl.FeedAsync(Pod, "apply", "--server-side", "-f", "-");
        await kubectl.FeedAsync("apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {tier: front}}", "apply", "--server-side", "--field-manager=labels", "-f", "-");
        var refused = await kubectl.TryAsync(Pod.Replace("busybox:1", "busybox:2").Replace("schedulerName", "schedulrName"), "apply", "--server-side", "--validate=false", "-f", "-");
        await kubectl.FeedAsync(Pod.Replace("busybox:1", "busybox:2"), "apply", "--server-side", "-f", "-");

        Assert.Contains(".spec.schedulrName: field not declared in schema", refused.Errors);
        Assert.Equal("busybox:2 front", await kubectl.RunAsync("get", "pod", "web", "-o", "jsonpath={.spec.containers[0].image} {.metadata.labels.tier}"));
        var fields = JsonNode.Parse(await kubectl.RunAsync("get", "pod", "web", "-o", "jsonpath={.metadata.managedFields[?(@.manager==\"kubectl\")].fieldsV1}"))!;
        Assert.NotNull(fields["f:spec"]!["f:containers"]!["k:{\"name\":\"main\"}"]!["f:ports"]!["k:{\"containerPort\":80,\"protocol\":\"TCP\"}"]!["f:containerPort"]);
        Assert.Null(fields["f:spec"]!["f:dnsPolicy"]);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Diff_shows_what_either_kind_of_apply_would_change(string program)
    {
        var kubectl = await fixture.NamespaceAsync(program);
        await kubectl.FeedAsync(Settings, "apply", "--server-side", "-f", "-");

        var same = await kubectl.TryAsync(Settings, "diff", "--server-side", "-f", "-");
        var changed = await kubectl.TryAsync(Settings.Replace("blue", "red"), "diff", "--server-side", "-f", "-");

        Assert.Equal((0, ""), (same.ExitCode, same.Output));
        Assert.Equal(1, changed.ExitCode);
        Assert.Contains("-  color: blue\n+  color: red\n", changed.Output);
        Assert.Equal("blue", await kubectl.RunAsync("get", "cm", "settings", "-o", "jsonpath={.data.color}"));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Prune_deletes_what_the_manifests_no_longer_hold(string program)
    {
        var kubectl = await fixture.NamespaceAsync(program);
        var other = Settings.Replace("name: settings", "name: other");
        await kubectl.FeedAsync($"{Settings}\n---\n{other}", "apply", "-f", "-");

        var pruned = await kubectl.FeedAsync(Settings, "apply", "--prune", "-l", "part=settings", "--prune-allowlist=core/v1/ConfigMap", "-f", "-");

        Assert.Contains("configmap/other pruned", pruned);
        Assert.Equal("configmap/settings\n", await kubectl.RunAsync("get", "cm", "-l", "part=settings", "-o", "name"));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task An_apply_set_prunes_what_is_no_longer_a_member(string program)
    {
        var kubectl = await fixture.NamespaceAsync(program);
        var other = Settings.Replace("name: settings", "name: other");
        await kubectl.FeedAsync($"{Settings}\n---\n{other}", "apply", "--prune", "--applyset=mine", "-f", "-");
        Assert.Contains("applyset.kubernetes.io/id", await kubectl.RunAsync("get", "secret", "mine", "-o", "yaml"));

        var pruned = await kubectl.FeedAsync(Settings, "apply", "--prune", "--applyset=mine", "-f", "-");

        Assert.Contains("configmap/other pruned", pruned);
        Assert.Equal("configmap/settings\n", await kubectl.RunAsync("get", "cm", "-l", "applyset.kubernetes.io/part-of", "-o", "name"));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Last_applied_configurations_are_viewed_set_and_edited_and_objects_are_replaced_by_force(string program)
    {
        var kubectl = await fixture.NamespaceAsync(program);
        using var directory = new Testing.TemporaryDirectory();
        var file = Path.Combine(directory.Path, "settings.yaml");
        await File.WriteAllTextAsync(file, Settings.Replace("part: settings", "tier: front"), TestContext.Current.CancellationToken);
        await kubectl.RunAsync("create", "-f", file);

        await kubectl.RunAsync("apply", "set-last-applied", "-f", file, "--create-annotation");
        Assert.Contains("color: blue", await kubectl.RunAsync("apply", "view-last-applied", "-f", file));
        await kubectl.RunAsync("apply", "edit-last-applied", "cm/settings");
        Assert.Contains("tier: edited", await kubectl.RunAsync("apply", "view-last-applied", "cm/settings"));
        var uid = await kubectl.RunAsync("get", "cm", "settings", "-o", "jsonpath={.metadata.uid}");
        await kubectl.RunAsync("replace", "--force", "-f", file);
        Assert.NotEqual(uid, await kubectl.RunAsync("get", "cm", "settings", "-o", "jsonpath={.metadata.uid}"));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Status_is_patched_and_applied_by_its_subresource_alone(string program)
    {
        var kubectl = await fixture.NamespaceAsync(program);
        await kubectl.FeedAsync(
            "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec: {schedulerName: none, containers: [{name: main, image: b}]}", "apply", "--server-side", "-f", "-");

        await kubectl.RunAsync("patch", "pod", "web", "--subresource=status", "--type=merge", "-p", """{"status":{"message":"seen"}}""");
        await kubectl.RunAsync("patch", "pod", "web", "--type=merge", "-p", """{"status":{"message":"lost"}}""");

        Assert.Equal("seen", await kubectl.RunAsync("get", "pod", "web", "-o", "jsonpath={.status.message}"));
        Assert.Equal("status", await kubectl.RunAsync("get", "pod", "web", "-o", "jsonpath={.metadata.managedFields[*].subresource}"));
    }
}
