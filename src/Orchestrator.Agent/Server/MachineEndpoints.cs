using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Orchestrator.Agent.Pods;
using Orchestrator.Agent.Runtimes;
using Orchestrator.Agent.Streams;
using Orchestrator.Model.VirtualMachines;

namespace Orchestrator.Agent.Server;

/// <summary>
/// Virtual machines, by their pods: <c>POST /machines/{namespace}/{pod}/{pause|unpause|reset|softreboot}</c>, <c>GET .../stream/{console|vnc}</c> as a
/// WebSocket of KubeVirt's protocol, and <c>GET .../guest/{command}</c>, which asks the guest's agent.
/// </summary>
internal sealed class MachineEndpoints(RunningContainers containers, NodeInventory inventory, StreamSessions sessions, IHostApplicationLifetime lifetime)
{
    /// <summary>KubeVirt's protocol: binary messages are the stream's bytes, whatever their bounds.</summary>
    private const string Protocol = "plain.kubevirt.io";

    private const int BufferBytes = 32 * 1024;

    private static readonly string[] Questions = ["guest-get-osinfo", "guest-get-users", "guest-get-fsinfo", "guest-get-host-name", "guest-info", "guest-get-timezone", "guest-network-get-interfaces", "guest-fsfreeze-status", "guest-fsfreeze-freeze", "guest-fsfreeze-thaw"];

    public Task CommandAsync(HttpContext context, string @namespace, string pod, string command) => ServeAsync(context, @namespace, pod, async (machine, id) =>
    {
        if (!Enum.TryParse<MachineCommand>(command, ignoreCase: true, out var known))
        {
            await PlainAnswer.WriteAsync(context, StatusCodes.Status404NotFound, $"no such command: {command}");
            return;
        }

        await machine.CommandAsync(id, known, context.RequestAborted);
        // So that the pod's status says so soon.
        await inventory.RefreshAsync(context.RequestAborted);
    });

    public Task AskAsync(HttpContext context, string @namespace, string pod, string question) => ServeAsync(context, @namespace, pod, async (machine, id) =>
    {
        if (!Questions.Contains(question, StringComparer.Ordinal))
        {
            await PlainAnswer.WriteAsync(context, StatusCodes.Status404NotFound, $"no such question: {question}");
            return;
        }

        var answer = await machine.AskGuestAsync(id, question, null, context.RequestAborted);
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(answer.GetRawText(), context.RequestAborted);
    });

    public Task StreamAsync(HttpContext context, string @namespace, string pod, string stream) => ServeAsync(context, @namespace, pod, async (machine, id) =>
    {
        if (!Enum.TryParse<MachineStream>(stream, ignoreCase: true, out var known))
        {
            await PlainAnswer.WriteAsync(context, StatusCodes.Status404NotFound, $"no such stream: {stream}");
            return;
        }

        if (!context.WebSockets.IsWebSocketRequest)
        {
            await PlainAnswer.WriteAsync(context, StatusCodes.Status400BadRequest, "unable to upgrade: a WebSocket is needed");
            return;
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        await using var opened = await machine.OpenAsync(id, known, over.Token);
        var protocol = context.WebSockets.WebSocketRequestedProtocols.Contains(Protocol) ? Protocol : null;
        using var socket = await context.WebSockets.AcceptWebSocketAsync(protocol);
        Task[] copies = [ToSocketAsync(opened, socket, over.Token), FromSocketAsync(socket, opened, over.Token)];
        await Task.WhenAny(copies);
        await over.CancelAsync();
        await Task.WhenAll(copies).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (socket.State == WebSocketState.CloseReceived)
        {
            // The client has said that it goes, and waits to hear it.
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        }
    });

    private async Task ServeAsync(HttpContext context, string podNamespace, string pod, Func<IMachineRuntime, string, Task> serve)
    {
        if (!sessions.TryEnter())
        {
            await PlainAnswer.WriteAsync(context, StatusCodes.Status429TooManyRequests, $"the agent serves {StreamLimits.MaxSessions} streams already");
            return;
        }

        try
        {
            var (target, missing) = await containers.FindAsync(podNamespace, pod, VirtualMachineNames.Container, "machine", context.RequestAborted);
            if (target?.Runtime is not IMachineRuntime machine)
            {
                await PlainAnswer.WriteAsync(context, StatusCodes.Status404NotFound, missing ?? $"pod \"{pod}\" is not that of a virtual machine");
                return;
            }

            await serve(machine, target.Container!.Id);
        }
        catch (RuntimeRefusalException error) when (!context.Response.HasStarted)
        {
            await PlainAnswer.WriteAsync(context, StatusCodes.Status409Conflict, error.Message);
        }
        finally
        {
            sessions.Leave();
        }
    }

    private static async Task ToSocketAsync(Stream from, WebSocket socket, CancellationToken cancel)
    {
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await from.ReadAsync(buffer, cancel)) > 0)
        {
            await socket.SendAsync(buffer.AsMemory(0, read), WebSocketMessageType.Binary, endOfMessage: true, cancel);
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancel);
    }

    private static async Task FromSocketAsync(WebSocket socket, Stream to, CancellationToken cancel)
    {
        var buffer = new byte[BufferBytes];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            await to.WriteAsync(buffer.AsMemory(0, received.Count), cancel);
        }
    }
}
