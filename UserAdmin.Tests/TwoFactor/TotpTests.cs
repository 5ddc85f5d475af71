using System.Text;
using UserAdmin.Core.TwoFactor;

namespace UserAdmin.Tests.TwoFactor;

public class TotpTests
{
    private static readonly byte[] Seed = Encoding.ASCII.GetBytes("12345678901234567890");
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_111_111_111);

    // RFC 6238, appendix B; it shows eight digits, of which apps show the last six.
    [Theory]
    [InlineData(59, "94287082")]
    [InlineData(1_111_111_109, "07081804")]
    [InlineData(1_111_111_111, "14050471")]
    [InlineData(1_234_567_890, "89005924")]
    [InlineData(2_000_000_000, "69279037")]
    [InlineData(20_000_000_000, "65353130")]
    public void The_codes_are_those_of_RFC_6238(long seconds, string code) =>
        Assert.Equal(code[2..], Totp.CodeAt(Seed, Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds))));

    [Theory, InlineData(-2, false), InlineData(-1, true), InlineData(0, true), InlineData(1, true), InlineData(2, false)]
    public void B02_A_code_is_accepted_one_step_early_or_late_and_not_two(int steps, bool isAccepted)
    {
        var step = Totp.StepAt(Now) + steps;

        Assert.Equal(isAccepted ? step : null, Totp.FindStep(Seed, Totp.CodeAt(Seed, step), Now));
    }

    [Theory, InlineData(""), InlineData("0"), InlineData("05047"), InlineData("0504711"), InlineData("14050471"), InlineData("٠٥٠٤٧١"), InlineData("50471")]
    public void Only_six_digits_are_a_code(string code) => Assert.Null(Totp.FindStep(Seed, code, Now));

    // RFC 4648, section 10.
    [Theory, InlineData("", ""), InlineData("f", "MY"), InlineData("fo", "MZXQ"), InlineData("foo", "MZXW6"), InlineData("foob", "MZXW6YQ"), InlineData("fooba", "MZXW6YTB"), InlineData("foobar", "MZXW6YTBOI")]
    public void Base32_is_that_of_RFC_4648(string text, string encoded) => Assert.Equal(encoded, Base32.Encode(Encoding.ASCII.GetBytes(text)));
}
