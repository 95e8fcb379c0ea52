using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Orchestrator.Agent.Runtimes.Qemu.Pods.Streams;

/// <summary>How a command ended, as the <c>Status</c> that clients of exec and attach are told. Pure.</summary>
internal static class CommandStatus
{
    public static byte[] Success() => Bytes(new JsonObject { ["metadata"] = new JsonObject(), ["status"] = "Success" });

    public static byte[] Exited(int code)
    {
        var text = code.ToString(CultureInfo.InvariantCulture);
        return code == 0 ? Success() : Bytes(new JsonObject
        {
            ["metadata"] = new JsonObject(),
            ["status"] = "Failure",
            ["message"] = $"command terminated with non-zero exit code: exit status {text}",
            ["reason"] = "NonZeroExitCode",
            ["details"] = new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ExitCode", ["message"] = text }) },
        });
    }

    public static byte[] Failed(string message) => Bytes(new JsonObject
    {
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = message,
        ["reason"] = "InternalError",
        ["details"] = new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["message"] = message }) },
        ["code"] = 500,
    });

    private static byte[] Bytes(JsonObject status) => Encoding.UTF8.GetBytes(status.ToJsonString());
}
