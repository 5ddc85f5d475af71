using System.Globalization;
using UserAdmin.Core.Audit.Proof;
using UserAdmin.Core.Common;

namespace UserAdmin.Web.Commands;

/// <summary>A proof of everything into a file.</summary>
internal static class ProofCommand
{
    public static async Task<string?> RunAsync(WebApplication app, IConfiguration options)
    {
        if (options["to"] is not { Length: > 0 } file)
            return "Say where: ./run audit-bundle --to FILE";
        if (await TenantCommands.FindAsync(app, options) is not { } tenant)
            return TenantCommands.NoSuchTenant(options);

        await using var scope = TenantCommands.OpenScope(app, tenant);
        var proof = scope.ServiceProvider.GetRequiredService<AuditProof>();
        var plan = await proof.StartAsync(ProofRange.Everything, Actor.System, CancellationToken.None);
        if (!plan.Succeeded)
            return plan.Problem.Message;
        try
        {
            await using var stream = new FileStream(file, FileMode.CreateNew, FileAccess.Write);
            await proof.WriteAsync(plan.Value, stream, null, CancellationToken.None);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return $"The file can't be written: {failure.Message}";
        }
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{plan.Value.Events:N0} events under {plan.Value.Seals:N0} seals are in {file}."));
        return null;
    }
}
