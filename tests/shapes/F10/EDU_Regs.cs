namespace Edu.F10
{
    /// <summary>The registers of QEMU's edu card (docs/specs/edu).</summary>
    public struct EDU_Regs
    {
        public const uint VENDOR_ID = 0x1234;
        public const uint DEVICE_ID = 0x11e8;

        public const uint IDENTIFICATION = 0x00;
        public const uint LIVENESS = 0x04;
        public const uint FACTORIAL = 0x08;
        public const uint STATUS = 0x20;
        public const uint INTERRUPT_STATUS = 0x24;
        public const uint INTERRUPT_RAISE = 0x60;
        public const uint INTERRUPT_ACK = 0x64;
        public const uint DMA_SOURCE = 0x80;
        public const uint DMA_DESTINATION = 0x88;
        public const uint DMA_COUNT = 0x90;
        public const uint DMA_COMMAND = 0x98;

        public const uint STATUS_COMPUTING = 0x01;
        public const uint STATUS_INTERRUPT = 0x80;
        public const uint DMA_START = 1;
        public const uint DMA_FROM_CARD = 2;
        public const uint DMA_INTERRUPT = 4;
        public const uint CARD_BUFFER = 0x40000;
    }
}
