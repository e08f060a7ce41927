"""Traffic that others recorded (HAR): read, judged by every check of one exchange, without a request of our own."""
