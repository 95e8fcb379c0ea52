using System.Text.Json.Nodes;
using k8s;
using k8s.Models;
using Orchestrator.Agent.Network.Dns;

namespace Orchestrator.UnitTests.Network.Resolvers;

/// <summary>Golden cases: specs of pods, and the <c>/etc/resolv.conf</c> that each gets.</summary>
public sealed class ResolverCaseTests
{
    private static readonly ResolverConfig Node = ResolverConfig.Parse("# node\nnameserver 192.0.2.53\nsearch example.org\noptions edns0\n");

    public static TheoryData<string> Cases => GoldenCases.Names();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tells_pods_what_is_expected(string name)
    {
        JsonObject input = GoldenCases.Read(GoldenCases.PathOf(name, "input.yaml"));
        var files = new JsonObject();
        foreach ((string title, JsonNode? spec) in input)
        {
            var pod = new V1Pod
            {
                Metadata = new V1ObjectMeta { Name = "p", NamespaceProperty = "shop" },
                Spec = KubernetesJson.Deserialize<V1PodSpec>(spec!.ToJsonString()),
            };
            string? server = title.Contains("no cluster server", StringComparison.Ordinal) ? null : "10.96.0.10";
            files[title] = new JsonArray([.. ResolverConfig.Of(pod, Node, server, "cluster.local").ToString().TrimEnd('\n').Split('\n').Select(l => (JsonNode)l)]);
        }

        GoldenCases.Compare(name, files);
    }
}
