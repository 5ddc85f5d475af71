using System.Buffers.Binary;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using UserAdmin.Core.Audit;
using UserAdmin.Core.SignIn;

namespace UserAdmin.Tests.SignIn;

public class PasswordHashTests
{
    [Fact]
    public async Task A01_A_new_password_is_kept_as_210000_rounds_of_PBKDF2_with_SHA512()
    {
        await using var portal = await TestPortal.StartAsync();

        var hash = await portal.Services.GetRequiredService<PasswordHashing>().HashAsync(Password, TestContext.Current.CancellationToken);

        Assert.Equal((2u, 210_000u), Decode(hash));
    }

    [Fact]
    public async Task A01_A_weaker_hash_is_replaced_at_the_next_sign_in_and_that_is_recorded()
    {
        await using var app = await TestApp.StartAsync(("Passwords:HashRounds", $"{RealRounds}"));
        var carol = await app.Given(Carol, user => user.PasswordHash = HashWith(100_000));
        using var browser = app.Open();

        await browser.SignIn("carol");

        Assert.Equal((2u, 210_000u), Decode((await app.Load(carol.Id)).PasswordHash!));
        Assert.Equal(carol.Id, (await app.Event(AuditAction.PasswordRehashed)).TargetId);
        Assert.Equal(HttpStatusCode.Found, (await app.Open().SignIn("carol")).StatusCode);
    }

    [Fact]
    public async Task A03_The_same_password_typed_on_another_keyboard_is_the_same_password()
    {
        await using var portal = await TestPortal.StartAsync();
        var hashing = portal.Services.GetRequiredService<PasswordHashing>();

        var hash = await hashing.HashAsync("caf\u00e9 au lait et croissants", TestContext.Current.CancellationToken);
        var verified = await hashing.VerifyAsync(hash, "cafe\u0301 au lait et croissants", TestContext.Current.CancellationToken);

        Assert.Equal(Microsoft.AspNetCore.Identity.PasswordVerificationResult.Success, verified);
    }

    // Identity's format 3: a marker, the PRF (2 is HMAC-SHA512), the rounds.
    private static (uint Prf, uint Rounds) Decode(string hash)
    {
        var bytes = Convert.FromBase64String(hash);
        Assert.Equal(1, bytes[0]);
        return (BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(1)), BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(5)));
    }
}
