using Orchestrator.Testing.Server;

namespace Orchestrator.IntegrationTests.Api;

/// <summary>Stock kubectl, every version on the machine, against the server.</summary>
public sealed class KubectlTests(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private const string Pod =
        """
        apiVersion: v1
        kind: Pod
        metadata: {name: web, labels: {app: web, tier: front}}
        spec:
          # No scheduler takes it, so that nothing but the test changes it.
          schedulerName: none
          containers:
          - {name: main, image: "busybox:1", env: [{name: A, value: "1"}]}
        """;

    public static TheoryData<string> Programs => [.. Kubectl.Installed];

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Applying_twice_says_created_and_unchanged_and_a_change_configured(string program)
    {
        var kubectl = await fixture.NamespaceAsync(program);

        Assert.Equal("pod/web created\n", await kubectl.FeedAsync(Pod, "apply", "-f", "-"));
        Assert.Equal("pod/web unchanged\n", await kubectl.FeedAsync(Pod, "apply", "-f", "-"));
        Assert.Equal("pod/web configured\n", await kubectl.FeedAsync(Pod.Replace("app: web", "app: next"), "apply", "-f", "-"));
        Assert.Equal("next", await kubectl.RunAsync("get", "pod", "web", "-o", "jsonpath={.metadata.labels.app}"));
        Assert.Equal(0, (await kubectl.TryAsync(Pod.Replace("app: web", "app: next"), "diff", "-f", "-")).ExitCode);
        Assert.Equal(1, (await kubectl.TryAsync(Pod, "diff", "-f", "-")).ExitCode);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Imperative_creation_reaches_the_server_in_whatever_encoding_kubectl_chooses(string program)
    {
        var kubectl = await fixture.NamespaceAsync(program);

        await kubectl.RunAsync("create", "configmap", "settings", "--from-literal", "color=blue");
        await kubectl.RunAsync("create", "secret", "generic", "key", "--from-literal", "password=x y");
        await kubectl.RunAsync("create", "serviceaccount", "robot");
        await kubectl.RunAsync("run", "job", "--image", "busybox:1", "--overrides", """{"spec":{"schedulerName":"none"}}""");

        Assert.Equal("blue", await kubectl.RunAsync("get", "cm", "settings", "-o", "jsonpath={.data.color}"));
        Assert.Equal("eCB5", await kubectl.RunAsync("get", "secret", "key", "-o", "jsonpath={.data.password}"));
        Assert.Equal("serviceaccount/robot\n", await kubectl.RunAsync("get", "sa", "robot", "-o", "name"));
        Assert.Equal("pod \"job\" deleted", (await kubectl.RunAsync("delete", "pod", "job")).Split(" from ")[0].TrimEnd());
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Labels_annotations_patches_replace_and_edit_change_the_object(string program)
    {
        var kubectl = await fixture.NamespaceAsync(program);
        await kubectl.FeedAsync(Pod, "create", "-f", "-");

        await kubectl.RunAsync("label", "pod", "web", "a=b");
        await kubectl.RunAsync("annotate", "pod", "web", "note=read me");
        await kubectl.RunAsync("patch", "pod", "web", "-p", """{"metadata":{"labels":{"strategic":"1"}}}""");
        await kubectl.RunAsync("patch", "pod", "web", "--type", "merge", "-p", """{"metadata":{"labels":{"merge":"1"}}}""");
        await kubectl.RunAsync("patch", "pod", "web", "--type", "json", "-p", """[{"op":"add","path":"/metadata/labels/json","value":"1"}]""");
        var yaml = await kubectl.RunAsync("get", "pod", "web", "-o", "yaml");
        await kubectl.FeedAsync(yaml.Replace("strategic: \"1\"", "strategic: \"2\""), "replace", "-f", "-");
        await kubectl.RunAsync("edit", "pod", "web");

        Assert.Equal(
            "b 1 1 2 edited",
            await kubectl.RunAsync("get", "pod", "web", "-o", "jsonpath={.metadata.labels.a} {.metadata.labels.json} {.metadata.labels.merge} {.metadata.labels.strategic} {.metadata.labels.tier}"));
        var stale = await kubectl.TryAsync(yaml, "replace", "-f", "-");
        Assert.Contains("the object has been modified", stale.Errors);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Tables_selectors_and_descriptions_are_printed(string program)
    {
        var kubectl = await fixture.NamespaceAsync(program);
        await kubectl.FeedAsync(Pod, "create", "-f", "-");

        Assert.Matches(@"^NAME +READY +STATUS +RESTARTS +AGE\nweb +0/1 +Pending +0 +\d+s\n$", await kubectl.RunAsync("get", "pods"));
        Assert.Matches("^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE", await kubectl.RunAsync("get", "pods", "-o", "wide"));
        Assert.Equal("pod/web\n", await kubectl.RunAsync("get", "pods", "-l", "app in (web,x),tier!=back,app", "-o", "name"));
        Assert.Equal("", await kubectl.RunAsync("get", "pods", "-l", "!app", "-o", "name"));
        Assert.Equal("pod/web\n", await kubectl.RunAsync("get", "pods", "--field-selector", "spec.nodeName=,metadata.name=web", "-o", "name"));
        Assert.Contains("Image:", await kubectl.RunAsync("describe", "pod", "web"));
        Assert.Contains("pods", await kubectl.RunAsync("api-resources", "--verbs", "watch", "-o", "name"));
        Assert.Contains("orchestrator.dev/v1", await kubectl.RunAsync("api-versions"));
        await kubectl.RunAsync("events");
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Every_error_of_a_manifest_is_named_at_once(string program)
    {
        var kubectl = await fixture.NamespaceAsync(program);

        var refused = await kubectl.TryAsync(Pod.Replace("name: web,", "name: Bad_Name,").Replace("app: web", "\"a b\": web").Replace("busybox:1", ""), "create", "-f", "-");

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("metadata.name: Invalid value: \"Bad_Name\"", refused.Errors);
        Assert.Contains("metadata.labels: Invalid value: \"a b\"", refused.Errors);
        Assert.Contains("spec.containers[0].image: Required value", refused.Errors);
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Unknown_fields_are_refused(string program)
    {
        var kubectl = await fixture.NamespaceAsync(program);

        var unknown = await kubectl.TryAsync(Pod.Replace("schedulerName", "schedulrName"), "create", "-f", "-");

        Assert.Contains("unknown field \"spec.schedulrName\"", unknown.Errors);
        Assert.NotEqual(0, unknown.ExitCode);
    }

    [Fact]
    public async Task A_watch_prints_each_change_and_waiting_ends_with_the_deletion()
    {
        var kubectl = await fixture.NamespaceAsync(null);
        await kubectl.FeedAsync(Pod, "create", "-f", "-");
        using var watch = kubectl.Start("get", "pods", "-w", "-o", "custom-columns=N:.metadata.name,A:.metadata.labels.app", "--no-headers");
        Assert.Equal("web   web", (await watch.StandardOutput.ReadLineAsync())?.Trim());

        await kubectl.RunAsync("label", "pod", "web", "app=second", "--overwrite");
        Assert.Equal("web   second", (await watch.StandardOutput.ReadLineAsync())?.Trim());
        watch.Kill();

        var waiting = kubectl.RunAsync("wait", "--for=delete", "pod/web", "--timeout=170s");
        await kubectl.RunAsync("delete", "pod", "web");
        // Succeeds whether it saw the deletion or came after it.
        await waiting;
        Assert.Equal("", await kubectl.RunAsync("get", "pods", "-o", "name"));
    }
}
