using System.Text.Json.Nodes;
using Orchestrator.Agent.Runtimes.Qemu.Qmp;

namespace Orchestrator.Agent.Runtimes.Qemu.Migration;

/// <summary>The receiving end: an emulator that was started with <c>-incoming defer</c>, and otherwise exactly as the one that sends.</summary>
internal sealed class IncomingMigration(QmpConnection monitor)
{
    /// <summary>Has the emulator wait for a machine.</summary>
    /// <param name="uri">QEMU's: <c>tcp:ADDRESS:PORT</c> (port 0 for any), or <c>unix:PATH</c>.</param>
    /// <param name="policy">As the sender has it.</param>
    /// <param name="credentials">For TLS; null on a way that needs none, such as a socket of the node's own.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="QmpCommandException">QEMU cannot.</exception>
    public async Task ListenAsync(string uri, MigrationPolicy policy, MigrationCredentials? credentials, CancellationToken cancel)
    {
        await OutgoingMigration.SetCapabilitiesAsync(monitor, policy, cancel);
        if (credentials is not null)
        {
            await monitor.ExecuteAsync("object-add", credentials.End(isServer: true), cancel);
            await monitor.ExecuteAsync("object-add", MigrationCredentials.Peers(), cancel);
            await monitor.ExecuteAsync(
                "migrate-set-parameters", new JsonObject { ["tls-creds"] = MigrationCredentials.Id, ["tls-authz"] = MigrationCredentials.AuthorizationId }, cancel);
        }

        await monitor.ExecuteAsync("migrate-incoming", new JsonObject { ["uri"] = uri }, cancel);
    }

    /// <summary>The port that was chosen for <c>tcp:ADDRESS:0</c>; null where it listens on none.</summary>
    public async Task<int?> PortAsync(CancellationToken cancel)
    {
        var answer = await monitor.ExecuteAsync("query-migrate", null, cancel);
        return answer.TryGetProperty("socket-address", out var addresses) && addresses.GetArrayLength() > 0
            && addresses[0].TryGetProperty("port", out var port) && int.TryParse(port.GetString(), System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    /// <summary>Whether the machine has arrived and runs here.</summary>
    public async Task<bool> HasArrivedAsync(CancellationToken cancel) =>
        (await monitor.ExecuteAsync("query-status", null, cancel)).GetProperty("status").GetString() is "running" or "paused";
}
