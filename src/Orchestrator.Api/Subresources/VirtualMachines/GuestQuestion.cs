using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Api.Requests;
using Orchestrator.Api.Responses;
using Orchestrator.Api.Subresources.Agents;
using Orchestrator.Model.Json;

namespace Orchestrator.Api.Subresources.VirtualMachines;

/// <summary><c>GET virtualmachineinstances/NAME/guestosinfo|userlist|filesystemlist</c>: what the agent in the guest says, in KubeVirt's form.</summary>
internal sealed class GuestQuestion(string name, Func<GuestQuestion.Ask, ValueTask<Outcome<JsonObject>>> answer, InstancePods pods, AgentEndpoints agents) : ISubresource
{
    /// <summary>Asks the guest one question of QEMU's guest agent protocol.</summary>
    public delegate ValueTask<Outcome<JsonNode?>> Ask(string question);

    public string Resource => "virtualmachineinstances.kubevirt.io";

    public string Name => name;

    public string Kind => "VirtualMachineInstanceGuestAgentInfo";

    public string ApiVersion => "kubevirt.io/v1";

    public IReadOnlyList<string> Verbs { get; } = ["get"];

    public static IEnumerable<GuestQuestion> All(InstancePods pods, AgentEndpoints agents) =>
    [
        new("guestosinfo", SystemAsync, pods, agents),
        new("userlist", ask => ListAsync(ask, "guest-get-users", "VirtualMachineInstanceGuestOSUserList", User), pods, agents),
        new("filesystemlist", ask => ListAsync(ask, "guest-get-fsinfo", "VirtualMachineInstanceFileSystemList", FileSystem), pods, agents),
    ];

    public async ValueTask<StatusError?> HandleAsync(ApiCall call)
    {
        Outcome<(JsonObject Instance, Uri Agent)> found = pods.Find(call);
        if (found.Failed)
        {
            return found.Error;
        }

        Outcome<JsonObject> told = await answer(async question =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(found.Value.Agent, "guest/" + question));
            Outcome<byte[]> bytes = await AgentAnswers.AskAsync(agents, request, call);
            return bytes.Failed ? bytes.Error : new Outcome<JsonNode?>(JsonNode.Parse(bytes.Value), null);
        });
        if (told.Failed)
        {
            return told.Error;
        }

        await JsonResponse.WriteAsync(call.Http, 200, JsonSerializer.SerializeToUtf8Bytes(told.Value));
        return null;
    }

    private static async ValueTask<Outcome<JsonObject>> SystemAsync(Ask ask)
    {
        Outcome<JsonNode?> system = await ask("guest-get-osinfo");
        if (system.Error is not null)
        {
            return system.Error;
        }

        var os = system.Value as JsonObject;
        Outcome<JsonNode?> host = await ask("guest-get-host-name");
        return new JsonObject
        {
            ["apiVersion"] = "subresources.kubevirt.io/v1",
            ["kind"] = "VirtualMachineInstanceGuestAgentInfo",
            ["hostname"] = (host.Value as JsonObject).Text("host-name"),
            ["os"] = new JsonObject
            {
                ["name"] = os.Text("name"),
                ["prettyName"] = os.Text("pretty-name"),
                ["version"] = os.Text("version"),
                ["versionId"] = os.Text("version-id"),
                ["kernelRelease"] = os.Text("kernel-release"),
                ["kernelVersion"] = os.Text("kernel-version"),
                ["machine"] = os.Text("machine"),
                ["id"] = os.Text("id"),
            },
        };
    }

    private static async ValueTask<Outcome<JsonObject>> ListAsync(Ask ask, string question, string kind, Func<JsonObject, JsonObject> item)
    {
        Outcome<JsonNode?> told = await ask(question);
        return told.Error is not null
            ? told.Error
            : new JsonObject
            {
                ["apiVersion"] = "subresources.kubevirt.io/v1",
                ["kind"] = kind,
                ["metadata"] = new JsonObject(),
                ["items"] = new JsonArray([.. (told.Value as JsonArray ?? []).OfType<JsonObject>().Select(item)]),
            };
    }

    private static JsonObject User(JsonObject user) =>
        new() { ["userName"] = user.Text("user"), ["domain"] = user.Text("domain"), ["loginTime"] = user["login-time"]?.DeepClone() };

    private static JsonObject FileSystem(JsonObject fs) => new()
    {
        ["diskName"] = fs.Text("name"),
        ["mountPoint"] = fs.Text("mountpoint"),
        ["fileSystemType"] = fs.Text("type"),
        ["usedBytes"] = fs.Integer("used-bytes") ?? 0,
        ["totalBytes"] = fs.Integer("total-bytes") ?? 0,
    };
}
