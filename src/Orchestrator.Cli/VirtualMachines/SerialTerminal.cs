using System.Diagnostics;
using System.Net.WebSockets;

namespace Orchestrator.Cli.VirtualMachines;

/// <summary>Joins this terminal with the serial console of a machine.</summary>
internal static class SerialTerminal
{
    /// <summary>Ctrl+], by which users of consoles leave.</summary>
    private const byte Escape = 0x1d;

    private const int BufferBytes = 16 * 1024;

    public static async Task RunAsync(WebSocket socket, CancellationToken cancel)
    {
        var isTerminal = !Console.IsInputRedirected;
        if (isTerminal)
        {
            await Console.Error.WriteLineAsync("Connected. The escape sequence is ^]");
            await SetTerminalAsync("raw", "-echo");
        }

        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        try
        {
            var output = ToTerminalAsync(socket, over.Token);
            // Reading the terminal cannot be given up: it is left behind when the console has ended.
            _ = FromTerminalAsync(socket, isTerminal, over);
            await output;
        }
        catch (Exception error) when (error is OperationCanceledException or WebSocketException)
        {
            // The user has left, or the machine has ended.
        }
        finally
        {
            await over.CancelAsync();
            if (isTerminal)
            {
                await SetTerminalAsync("sane");
            }
        }
    }

    private static async Task ToTerminalAsync(WebSocket socket, CancellationToken cancel)
    {
        await using var output = Console.OpenStandardOutput();
        var buffer = new byte[BufferBytes];
        while (true)
        {
            var received = await socket.ReceiveAsync(buffer.AsMemory(), cancel);
            if (received.MessageType == WebSocketMessageType.Close)
            {
                return;
            }

            await output.WriteAsync(buffer.AsMemory(0, received.Count), cancel);
            await output.FlushAsync(cancel);
        }
    }

    private static async Task FromTerminalAsync(WebSocket socket, bool isTerminal, CancellationTokenSource over)
    {
        await using var input = Console.OpenStandardInput();
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await input.ReadAsync(buffer, over.Token)) > 0)
        {
            var end = isTerminal ? Array.IndexOf(buffer, Escape, 0, read) : -1;
            await socket.SendAsync(buffer.AsMemory(0, end < 0 ? read : end), WebSocketMessageType.Binary, endOfMessage: true, over.Token);
            if (end >= 0)
            {
                await over.CancelAsync();
                return;
            }
        }
    }

    private static async Task SetTerminalAsync(params string[] settings)
    {
        using var process = Process.Start(new ProcessStartInfo("stty", settings) { UseShellExecute = false });
        if (process is not null)
        {
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }
}
