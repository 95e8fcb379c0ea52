using System.Diagnostics;
using Orchestrator.Cli.Lab.Processes;
using Orchestrator.NodeTests.Lab;
using Orchestrator.Testing;

namespace Orchestrator.NodeTests.Network;

/// <summary>Traffic between the nodes of a lab, each in a network of its own: to pods, through Services, by name, cut by policies; and nothing of it left.</summary>
[Collection(LabCollection.Name)]
public sealed class NetworkTests(LabFixture lab) : IClassFixture<NetworkWorkloads>
{
    private const string Namespace = NetworkWorkloads.Namespace;

    [Fact]
    public async Task Pods_of_other_nodes_are_reached_as_who_one_is()
    {
        var own = await FieldAsync("pod", "client", "{.status.podIP}");
        Assert.NotEqual(await FieldAsync("pod", "web-0", "{.spec.nodeName}"), await FieldAsync("pod", "web-1", "{.spec.nodeName}"));
        foreach (var pod in (string[])["web-0", "web-1"])
        {
            var address = await FieldAsync("pod", pod, "{.status.podIP}");
            Assert.Equal($"{pod} saw {own}", await GetAsync($"http://{address}:8080"));
        }
    }

    [Fact]
    public async Task A_service_leads_to_all_its_pods_and_keeps_a_client_where_it_is_told_to()
    {
        var address = await FieldAsync("service", "web", "{.spec.clusterIP}");
        await BothAnswerAsync(() => GetAsync($"http://{address}"));
        // From one of the endpoints too, which may be led to itself.
        await BothAnswerAsync(() => lab.KubectlAsync("-n", Namespace, "exec", "web-0", "--", "sh", "-c", NetworkManifests.RawGet(address, 80)));

        var sticky = $"http://{await FieldAsync("service", "sticky", "{.spec.clusterIP}")}";
        var first = await GetAsync(sticky);
        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(first, await GetAsync(sticky));
        }

        const int refused = 7;
        Assert.Equal(refused, await TryGetAsync($"http://{address}:81"));
        Assert.Equal(refused, await TryGetAsync($"http://{await FieldAsync("service", "dead", "{.spec.clusterIP}")}"));
    }

    [Fact]
    public async Task A_node_port_answers_on_every_node_and_where_it_is_told_to_stays_there_with_the_callers_address()
    {
        foreach (var pod in (string[])["web-0", "web-1"])
        {
            var host = await FieldAsync("pod", pod, "{.status.hostIP}");
            await BothAnswerAsync(() => FromMachineAsync($"http://{host}:30880"));
            Assert.StartsWith($"{pod} saw 10.", await FromMachineAsync($"http://{host}:30881"), StringComparison.Ordinal);
            Assert.DoesNotContain($"saw {host}", await FromMachineAsync($"http://{host}:30881"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Services_and_pods_have_names()
    {
        // Names are the one thing that is away together with an agent, which another test may just have killed.
        await Eventually.TrueAsync(async () => await TryGetAsync("http://web") == 0, "the name server answering");
        await BothAnswerAsync(() => GetAsync("http://web"));
        await BothAnswerAsync(() => GetAsync($"http://web.{Namespace}.svc.cluster.local"));
        Assert.StartsWith("web-1 saw", await GetAsync("http://web-1.pods:8080"), StringComparison.Ordinal);
        var addresses = await ClientAsync("getent ahostsv4 pods | cut -d ' ' -f 1 | sort -u");
        Assert.Equal(2, addresses.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        var pointer = await ClientAsync($"getent hosts {await FieldAsync("pod", "web-1", "{.status.podIP}")}");
        Assert.Contains($"web-1.pods.{Namespace}.svc.cluster.local", pointer, StringComparison.Ordinal);
        var ports = await ClientAsync($"busybox nslookup -type=srv _http._tcp.pods.{Namespace}.svc.cluster.local");
        Assert.Contains($"0 100 8080 web-0.pods.{Namespace}.svc.cluster.local", ports, StringComparison.Ordinal);
        const int unknownHost = 6;
        Assert.Equal(unknownHost, await TryGetAsync("http://nothing-of-this-name"));

        var api = await ClientAsync(
            "d=/var/run/secrets/kubernetes.io/serviceaccount; curl -sS --max-time 20 --cacert $d/ca.crt -H \"Authorization: Bearer $(cat $d/token)\" "
            + "https://kubernetes.default.svc/version https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT/version");
        Assert.Equal(2, api.Split("gitVersion").Length - 1);
        Assert.Equal(await lab.KubectlAsync("get", "service", "kubernetes", "-o", "jsonpath={.spec.clusterIP}"), await ClientAsync("printf %s $KUBERNETES_SERVICE_HOST"));
    }

    [Fact]
    public async Task A_policy_cuts_also_while_the_agent_is_dead_and_readmits()
    {
        var address = await FieldAsync("pod", "web-1", "{.status.podIP}");
        var url = $"http://{address}:8080";
        Assert.Equal(0, await TryGetAsync(url));

        Assert.Equal(0, (await lab.ApplyAsync(NetworkManifests.DenyAll(Namespace))).ExitCode);
        await Eventually.TrueAsync(async () => await TryGetAsync(url) != 0, "the policy cutting");
        var node = await FieldAsync("pod", "web-1", "{.spec.nodeName}");
        await KillAgentAsync(node);
        Assert.NotEqual(0, await TryGetAsync(url));

        Assert.Equal(0, (await lab.ApplyAsync(NetworkManifests.AllowClient(Namespace))).ExitCode);
        await Eventually.TrueAsync(async () => await TryGetAsync(url) == 0, "the policy of the agent's successor readmitting");
        // Who is not named stays out.
        Assert.NotEqual(0, (await lab.TryKubectlAsync("-n", Namespace, "exec", "web-0", "--", "sh", "-c", NetworkManifests.RawGet(address, 8080))).ExitCode);
        await lab.KubectlAsync("-n", Namespace, "delete", "networkpolicy", "--all");
        await Eventually.TrueAsync(
            async () => (await lab.TryKubectlAsync("-n", Namespace, "exec", "web-0", "--", "sh", "-c", NetworkManifests.RawGet(address, 8080))).ExitCode == 0, "everybody being let in again");
    }

    [Fact]
    public async Task Nothing_is_left_of_what_was_deleted()
    {
        Assert.Equal(0, (await lab.ApplyAsync(NetworkManifests.Passing(Namespace))).ExitCode);
        await Eventually.TrueAsync(async () => await FieldAsync("pod", "passing", "{.status.conditions[?(@.type==\"Ready\")].status}") == "True", "the pod being ready");
        string[] traces = [await FieldAsync("pod", "passing", "{.status.podIP}"), await FieldAsync("service", "passing", "{.spec.clusterIP}"), "30882"];
        var nodes = NetworkState.Nodes(lab.Root);
        foreach (var node in nodes)
        {
            // The address of the Service and its node port are known to every node, that of the pod as where they lead to.
            await Eventually.TrueAsync(async () => await node.RulesAsync() is var rules && traces.All(text => NetworkState.Mentions(rules, text)), $"{node.Name} having rules for the Service");
        }

        await KillAgentAsync(await FieldAsync("pod", "passing", "{.spec.nodeName}"));
        await lab.KubectlAsync("-n", Namespace, "delete", "pod/passing", "service/passing", "networkpolicy/passing", "--wait=false");
        foreach (var node in nodes)
        {
            IReadOnlyList<string> left = [];
            await Eventually.TrueAsync(
                async () => (left = await node.LeftoversAsync(lab, traces)).Count == 0, $"{node.Name} having nothing left", describe: () => string.Join('\n', left));
        }
    }

    private async Task BothAnswerAsync(Func<Task<string>> ask)
    {
        HashSet<string> answered = [];
        await Eventually.TrueAsync(
            async () =>
            {
                answered.Add((await ask()).Split(' ')[0].Trim());
                return answered.IsSupersetOf(["web-0", "web-1"]);
            },
            "both servers answering",
            describe: () => string.Join(", ", answered));
    }

    private async Task KillAgentAsync(string node)
    {
        using var agent = Process.GetProcessById(lab.ProcessOf(node));
        agent.Kill();
        await Eventually.TrueAsync(() => Task.FromResult(ProcessIdentity.Of(agent.Id) is not { IsAlive: true }), "the kill");
    }

    private Task<string> FieldAsync(string kind, string name, string path) => lab.KubectlAsync("-n", Namespace, "get", kind, name, "-o", "jsonpath=" + path);

    private Task<string> ClientAsync(string script) => lab.KubectlAsync("-n", Namespace, "exec", "client", "--", "sh", "-c", script);

    private async Task<string> GetAsync(string url) => (await ClientAsync($"curl -sS --max-time 10 {url}/cgi-bin/who")).Trim();

    /// <summary>curl's exit code.</summary>
    private async Task<int> TryGetAsync(string url) =>
        (await lab.TryKubectlAsync("-n", Namespace, "exec", "client", "--", "sh", "-c", $"curl -sS --max-time 3 {url}/cgi-bin/who")).ExitCode;

    private static async Task<string> FromMachineAsync(string url)
    {
        var (exitCode, output, errors) = await Shell.RunAsync("curl", ["-sS", "--max-time", "10", url + "/cgi-bin/who"], CancellationToken.None);
        Assert.True(exitCode == 0, errors);
        return output.Trim();
    }
}
