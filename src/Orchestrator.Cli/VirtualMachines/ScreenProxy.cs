using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace Orchestrator.Cli.VirtualMachines;

/// <summary>Offers a machine's screen on a port of this machine: viewers come and go, each gets a connection of its own.</summary>
internal static class ScreenProxy
{
    private const int BufferBytes = 64 * 1024;

    public static async Task RunAsync(int port, Func<CancellationToken, Task<WebSocket>> open, CancellationToken cancel)
    {
        // Before anybody waits for a viewer: what is wrong is said now.
        (await open(cancel)).Dispose();
        using var listener = new TcpListener(IPAddress.Loopback, port);
        listener.Start();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"vnc://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"));
        while (true)
        {
            var viewer = await listener.AcceptTcpClientAsync(cancel);
            _ = ServeAsync(viewer, open, cancel);
        }
    }

    private static async Task ServeAsync(TcpClient viewer, Func<CancellationToken, Task<WebSocket>> open, CancellationToken cancel)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            using (viewer)
            {
                using var socket = await open(over.Token);
                await using var stream = viewer.GetStream();
                Task[] copies = [ToViewerAsync(socket, stream, over.Token), FromViewerAsync(stream, socket, over.Token)];
                await Task.WhenAny(copies);
                await over.CancelAsync();
                await Task.WhenAll(copies).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            await Console.Error.WriteLineAsync($"error: {error.Message}");
        }
    }

    private static async Task ToViewerAsync(WebSocket socket, NetworkStream stream, CancellationToken cancel)
    {
        var buffer = new byte[BufferBytes];
        while (await socket.ReceiveAsync(buffer.AsMemory(), cancel) is { MessageType: not WebSocketMessageType.Close } received)
        {
            await stream.WriteAsync(buffer.AsMemory(0, received.Count), cancel);
        }
    }

    private static async Task FromViewerAsync(NetworkStream stream, WebSocket socket, CancellationToken cancel)
    {
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancel)) > 0)
        {
            await socket.SendAsync(buffer.AsMemory(0, read), WebSocketMessageType.Binary, endOfMessage: true, cancel);
        }
    }
}
